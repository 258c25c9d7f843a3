// A call that is computed in the background, and the pieces that it is handed out in: what is
// copied of each, and back.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "../threads/pool.h"
#include "../threads/split.h"
#include "background.h"
#include "call.h"
#include "task.h"

namespace logits {

// Bytes copied between looks at the clock: some 20 microseconds' worth.
constexpr int64_t kStepBytes = int64_t{1} << 18;

struct Background::Pending {
  Background& background;
  const int64_t id;
  const std::unique_ptr<Task> task;
  const KernelTable& kernels;
  const int threads;
  const int64_t positions_per_piece;
  View views[kMostArguments];  // of the arguments, as they were
  napi_deferred deferred = nullptr;
  napi_ref arguments = nullptr;  // a JavaScript array that has these arrays at their indices

  int64_t next_position = 0;
  std::unique_ptr<Piece> filling = nullptr;
  std::vector<std::unique_ptr<Piece>> out = {};
  bool is_out_of_memory = false;
  size_t gone = 0;  // the argument whose memory has been taken away; 0: none

  // Changed under the mutex:
  bool is_stopped = false;
  int threads_at_work = 0;
  Piece* ready = nullptr;  // pieces that wait for threads of the call's

  bool has_failed() const { return is_stopped || is_out_of_memory || gone != 0; }
  bool is_handed_out() const {
    return has_failed() || (filling == nullptr && next_position == task->layout().outer);
  }

  // Enough to keep its threads busy while the next one is copied: more would only leave the caches.
  bool has_enough_out() const { return out.size() >= static_cast<size_t>(threads) + 2; }

  // Where the array of this argument lies by now; null where it does not.
  void* find(napi_env env, size_t argument) {
    const View& view = views[argument];
    napi_value list = nullptr;
    napi_value array = nullptr;
    void* data = nullptr;
    size_t length = 0;
    if (napi_get_reference_value(env, arguments, &list) == napi_ok &&
        napi_get_element(env, list, static_cast<uint32_t>(argument), &array) == napi_ok &&
        napi_get_typedarray_info(env, array, nullptr, &length, &data, nullptr, nullptr) ==
            napi_ok &&
        length >= view.length) {
      return data;
    }
    gone = argument;
    return nullptr;
  }

  bool has_all_arrays(napi_env env) {
    for (size_t i = 0; i < kMostArguments; ++i) {
      if (views[i].length > 0) find(env, i);
    }
    return gone == 0;
  }
};

// The rows of some outer positions, and copies of those elements that cannot be used where they
// lie.
struct Background::Piece {
  static constexpr int64_t kAlignment = 64;

  Pending& call;
  const int64_t first;
  const int64_t positions;
  std::unique_ptr<char[]> block = nullptr;
  int64_t block_bytes = 0;
  bool is_equipped = false;
  char* copies[kMostArguments] = {};
  Moves moves = {};
  Split split = {};
  std::unique_ptr<BackgroundJob> job = nullptr;
  bool is_launched = false;  // changed under the mutex
  Piece* following = nullptr;
  // How far its copies are made, or put back:
  size_t array = 0;
  int64_t copied = 0;

  Piece(Pending& pending, int64_t first_position, int64_t count)
      : call(pending), first(first_position), positions(count) {
    for (size_t i = 0; i < call.task->element_arrays(); ++i) block_bytes += bytes_of(i);
  }

  // Of a copy.
  int64_t bytes_of(size_t index) const {
    const PositionedBytes& elements = call.task->elements()[index];
    if (!elements.can_go || positions == 0) return 0;
    const int64_t bytes = (positions - 1) * elements.stride + elements.bytes;
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }

  // Copies some bytes to the copies, or back; false where nothing is left to do, or can be done.
  bool copy_some(napi_env env, bool is_result) {
    for (; array < call.task->element_arrays(); ++array, copied = 0) {
      const PositionedBytes& elements = call.task->elements()[array];
      if (copies[array] == nullptr || elements.is_result != is_result) continue;
      if (copied == positions * elements.bytes) continue;
      auto* const data = static_cast<char*>(call.find(env, elements.argument));
      if (data == nullptr) return false;
      copy_step(data + first * elements.stride, copies[array], elements);
      return true;
    }
    return false;
  }

  void copy_step(char* theirs, char* ours, const PositionedBytes& elements) {
    const int64_t total = positions * elements.bytes;
    const int64_t end = std::min(total, copied + kStepBytes);
    while (copied < end) {
      const int64_t position = copied / elements.bytes;
      const int64_t offset = position * elements.stride + copied % elements.bytes;
      const int64_t left = elements.stride == elements.bytes
                               ? end - copied
                               : (position + 1) * elements.bytes - copied;
      const auto count = static_cast<size_t>(std::min(left, end - copied));
      if (elements.is_result) {
        std::memcpy(theirs + offset, ours + offset, count);
      } else {
        std::memcpy(ours + offset, theirs + offset, count);
      }
      copied += static_cast<int64_t>(count);
    }
  }

  void compute(int64_t part, float* scratch) const {
    const int64_t inner = call.task->layout().inner;
    Share share = split.part(part, scratch);
    share.first += first * inner;
    share.end += first * inner;
    if (!split.within_rows) {
      call.task->compute(call.kernels, share, moves);
      return;
    }
    const PoolTeam team(split.threads - 1);
    share.team = &team;
    call.task->compute(call.kernels, share, moves);
  }
};

}  // namespace logits
