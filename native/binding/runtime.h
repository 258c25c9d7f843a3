#pragma once

#include "call.h"

namespace logits {

// (): names of the instruction sets that this machine can run, best first
Napi::Value isas_binding(const Arguments& given);
// (): the name of the one in use
Napi::Value isa_binding(const Arguments& given);
// (name): whether that one is available; if so, this environment uses it from now on
Napi::Value select_isa_binding(const Arguments& given);
// (): the threads that a call may use
double threads_binding(const Arguments& given);
// (wake): a function that has advance() called soon; once
void set_wake_binding(const Arguments& given);
// (): copies and settles for about a millisecond; whether to be called again soon
Napi::Value advance_binding(const Arguments& given);
// (id): ends that call in the background
void stop_binding(const Arguments& given);
// (threads): so many from now on, in the whole process
void set_threads_binding(const Arguments& given);
// (threads): so many unless it has been said
void set_first_threads_binding(const Arguments& given);

}  // namespace logits
