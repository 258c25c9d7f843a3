// The calls of one Node environment that are computed while JavaScript goes on.
//
// JavaScript can take an array's memory away at any time: transfer its buffer, cut it short.
// Node-API has no means against that, so no other thread ever touches such memory. Only this
// environment's own thread does, while it is here: it copies a call's elements piece by piece,
// looking each time whether the array is still there, and the results back. What cannot be taken
// away (shared memory, results that nobody else has yet) is used where it lies.
#pragma once

#include <napi.h>

#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "../kernel-table.h"

namespace logits {

struct BackgroundCall;
class Task;

class Background {
 public:
  // `wake` is a function that has advance() called soon.
  Background(Napi::Env env, napi_value wake);
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();

  // A promise of the task's result. `scratch` is this thread's.
  napi_value begin(const BackgroundCall& given, std::unique_ptr<Task> task,
                   const KernelTable& kernels, int threads, float* scratch);
  // Copies what there is to copy, for about a millisecond, and settles promises; whether it wants
  // to be called again soon.
  bool advance(Napi::Env env);
  // Ends a call: its promise is rejected with undefined when no thread works for it any more.
  void stop(Napi::Env env, int64_t id);

 private:
  struct Pending;
  struct Piece;
  struct Turn;

  enum class HandOut { begun, none_left, enough_out, no_room, no_time };

  void collect_returned();
  bool put_back(const Turn& turn, Piece& piece);
  HandOut hand_out(const Turn& turn, Pending& call);
  HandOut hand_out_next(const Turn& turn, Pending& call);
  bool equip(Piece& piece);
  void start(Piece& piece);
  bool may_begin(const Piece& piece) const;
  void count_in(Piece& piece);
  void take_back(Piece& piece);
  void stop_pieces(Pending& call);
  void retire(Piece& piece);
  void release(Piece& piece);
  void settle(Napi::Env env, Pending& call);
  void conclude(Napi::Env env, Pending& call);
  void request_turn();
  void give_back(Piece& piece);
  void shut_down();
  static void clean_up(void* self);

  const napi_env env_;
  napi_threadsafe_function wake_ = nullptr;
  std::unordered_map<int64_t, std::unique_ptr<Pending>> calls_;
  std::list<int64_t> waiting_;  // calls of which not every piece is handed out
  Piece* to_put_back_ = nullptr;
  std::vector<std::unique_ptr<char[]>> spare_;  // blocks of the usual size
  int pieces_out_ = 0;
  int64_t bytes_out_ = 0;
  float* scratch_ = nullptr;

  std::mutex mutex_;
  // Guarded by the mutex:
  std::condition_variable all_back_;
  Piece* returned_ = nullptr;
  int at_work_ = 0;  // pieces that the pool has
  bool turn_is_requested_ = false;
  bool is_closed_ = false;
};

}  // namespace logits
