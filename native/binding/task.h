// A call that has been read. Its constructor checks the arguments and throws; what is left to do
// needs no JavaScript until the end, and so can be done at once or in the background.
#pragma once

#include <napi.h>

#include <cstdint>
#include <limits>

#include "../kernel-table.h"
#include "arguments.h"
#include "call.h"

namespace logits {

// Elements that lie by outer positions, as bytes of one of the call's arrays.
struct PositionedBytes {
  size_t argument;
  int64_t stride;  // from a position to the next
  int64_t bytes;   // of a position
  bool is_result;
  // Whether JavaScript may take the memory away while the call is pending.
  bool can_go;
};

// How far the elements of each argument were moved, in bytes: a background call computes with
// copies.
class Moves {
 public:
  intptr_t& operator[](size_t argument) { return bytes_[argument]; }

  Input of(Input input, size_t argument) const {
    input.data = static_cast<const char*>(input.data) + bytes_[argument];
    return input;
  }
  Output of(Output output, size_t argument) const {
    output.data = static_cast<char*>(output.data) + bytes_[argument];
    output.streams = output.streams && bytes_[argument] == 0;
    return output;
  }

 private:
  intptr_t bytes_[kMostArguments] = {};
};

// Those of a call that is computed at once.
inline constexpr Moves kNoMoves;

class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  // The rows of a share, on any thread.
  virtual void compute(const KernelTable& kernels, const Share& share,
                       const Moves& moves) const = 0;
  // When all rows are computed: the call's result, where it is a number. `out` is where the array
  // of row_results() lies.
  virtual double finish(void* /* out */) { return std::numeric_limits<double>::quiet_NaN(); }

  const Layout& layout() const { return *layout_; }
  // What an element takes, in times of what one takes in crossEntropy.
  int64_t cost() const { return cost_; }
  // Whether there is nothing to compute, however many rows there are: 2^50 of no classes, say.
  bool is_empty() const { return is_empty_; }
  // An array that finish() writes to; without data where there is none.
  const View& row_results() const { return row_results_; }
  // In the background: what compute() reads and writes.
  const PositionedBytes* elements() const { return elements_; }
  size_t element_arrays() const { return element_arrays_; }

 protected:
  // Each constructor says what it computes on (the layout of a member), ...
  void set_layout(const Layout& layout, int64_t cost) {
    layout_ = &layout;
    cost_ = cost;
  }
  // ... the same where results have the shape of the elements, ...
  void set_layout_of_all(const Layout& layout, int64_t cost) {
    set_layout(layout, cost);
    is_empty_ = layout.elements() == 0;
  }
  // ... the arguments that compute() asks its moves of, ...
  void add_input(const Call& call, const InputView& input);
  void add_results(const Call& call, size_t argument, const Output& output, const Input& like);
  // ... and where finish() writes.
  void set_row_results(const View& view) { row_results_ = view; }

 private:
  const Layout* layout_ = nullptr;
  int64_t cost_ = 1;
  bool is_empty_ = false;
  View row_results_ = {};
  size_t element_arrays_ = 0;
  PositionedBytes elements_[kMostArguments];  // as many as there are
};

}  // namespace logits
