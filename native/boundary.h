// boundary.def in C++. Its names are the same here and in JavaScript, so that a search finds both
// sides.
#pragma once

#include <cstddef>
#include <cstdint>

namespace logits {

struct Numbers {
#define NUMBER(name) double name;
#include "boundary.def"
};

#define WORDS(type, ...) enum class type : int64_t { __VA_ARGS__ };
#include "boundary.def"

namespace limits {
#define LIMIT(name, value) constexpr int64_t name = (value);
#include "boundary.def"
}  // namespace limits

// The places of each function's arguments. `call` is that of the numbers.
namespace arguments {
#define OPERATION(function, ...)                \
  namespace function {                          \
  enum Argument : size_t { call, __VA_ARGS__ }; \
  }
#define FUNCTION(function, ...)           \
  namespace function {                    \
  enum Argument : size_t { __VA_ARGS__ }; \
  }
#include "boundary.def"

constexpr size_t count(const char* names) {
  size_t found = *names == 0 ? 0 : 1;
  for (; *names != 0; ++names) found += *names == ',' ? 1 : 0;
  return found;
}

constexpr size_t largest_count() {
  size_t largest = 0;
#define OPERATION(function, ...) FUNCTION(function, call, __VA_ARGS__)
#define FUNCTION(function, ...) \
  if (count(#__VA_ARGS__) > largest) largest = count(#__VA_ARGS__);
#include "boundary.def"
  return largest;
}
}  // namespace arguments

constexpr size_t kMostArguments = arguments::largest_count();

// What JavaScript writes before a call.
struct Block {
  Numbers numbers;
  int32_t passing[kMostArguments];
  uint32_t copies[kMostArguments][limits::copied];
};

// The elements of an evaluator's `counts` before its parts, and of its `sums` before those of bins.
namespace counts {
#define COUNTS(...) enum Count : int64_t { __VA_ARGS__, parts };
#include "boundary.def"
}  // namespace counts
namespace sums {
#define SUMS(...) enum Sum : int64_t { __VA_ARGS__, bins };
#include "boundary.def"
}  // namespace sums
namespace exactSum {
#define EXACT_SUM(name, value) constexpr int32_t name = (value);
#include "boundary.def"
}  // namespace exactSum

enum class ErrorKind : int64_t {
#define ERROR(kind, code) kind,
#include "boundary.def"
};

// All rows, with white space that does not count.
constexpr char kBoundaryRows[] =
#define NUMBER(...) "NUMBER(" #__VA_ARGS__ ")"
#define WORDS(...) "WORDS(" #__VA_ARGS__ ")"
#define LIMIT(...) "LIMIT(" #__VA_ARGS__ ")"
#define OPERATION(...) "OPERATION(" #__VA_ARGS__ ")"
#define FUNCTION(...) "FUNCTION(" #__VA_ARGS__ ")"
#define COUNTS(...) "COUNTS(" #__VA_ARGS__ ")"
#define PART(...) "PART(" #__VA_ARGS__ ")"
#define SUMS(...) "SUMS(" #__VA_ARGS__ ")"
#define EXACT_SUM(...) "EXACT_SUM(" #__VA_ARGS__ ")"
#define ERROR(...) "ERROR(" #__VA_ARGS__ ")"
#include "boundary.def"
    ;

// FNV-1a, of 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
constexpr uint64_t hash_of_rows(const char* rows) {
  uint64_t hash = 0xcbf29ce484222325;
  for (; *rows != 0; ++rows) {
    if (*rows == ' ') continue;
    hash = (hash ^ static_cast<uint64_t>(*rows)) * 0x100000001b3;
  }
  return hash;
}

constexpr uint64_t kBoundaryHash = hash_of_rows(kBoundaryRows);

}  // namespace logits
