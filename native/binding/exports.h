// What addon.cc exports, by the rows of boundary.def.
#pragma once

#include <napi.h>

#include "call.h"

namespace logits {

// A function that computes, in its two forms.
struct Operation {
  napi_callback now;
  napi_callback in_background;
};

#define OPERATION(name, ...) extern const Operation name##Operation;
#include "../boundary.def"

namespace functions {
#define FUNCTION(name, ...) napi_value name(const Arguments& given);
#include "../boundary.def"
}  // namespace functions

}  // namespace logits
