// How a call is split among threads: by its shape, so that each part is worth handing over. The
// split decides about time alone, never about bits.
#pragma once

#include <cstdint>

#include "../kernel-table.h"

namespace logits {

// The threads that a call may use where it does not say so itself: one number for the process.
int thread_limit();
// The limit from now on.
void set_thread_limit(int threads);
// The limit where none has been set in this process.
void set_first_thread_limit(int threads);

// A limit that was asked for, from 1 on: more threads than these are not started.
constexpr int capped_threads(int64_t threads) {
  constexpr int kMostThreads = 256;
  return threads < kMostThreads ? static_cast<int>(threads) : kMostThreads;
}

// Either each thread takes rows, part by part, or all of them work on one row after another.
struct Split {
  int64_t rows;
  int64_t rows_per_part;
  int64_t parts;
  int threads;
  bool within_rows;

  Share part(int64_t index, float* scratch) const {
    const int64_t first = index * rows_per_part;
    const int64_t left = rows - first;
    return {first, first + (left < rows_per_part ? left : rows_per_part), scratch, nullptr};
  }
  Share whole(float* scratch, const Team* team) const { return {0, rows, scratch, team}; }
};

// `cost` is what an element takes, in times of what one takes in crossEntropy.
Split split_rows(const Layout& layout, int64_t cost, int limit);
// The same in parts even on one thread: of a call that may be stopped, and takes turns with others.
Split split_into_parts(const Layout& layout, int64_t cost, int limit);

}  // namespace logits
