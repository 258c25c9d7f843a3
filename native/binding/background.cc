#include "background.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>

#include "../threads/pool.h"
#include "../threads/split.h"
#include "errors.h"
#include "pending.h"
#include "task.h"

namespace logits {
namespace {

using Clock = std::chrono::steady_clock;

// A visit of JavaScript's thread: what else waits there is late by no more than this and a step.
constexpr std::chrono::microseconds kVisit(1000);
// The copies of a piece, where one outer position does not need more: large enough that handing it
// over costs nothing beside it, small enough to be in a cache still when it is computed with.
constexpr int64_t kBlockBytes = int64_t{1} << 20;
// Copies, and pieces, at a time: what waits beyond them waits in JavaScript's memory.
constexpr int64_t kMostBytesOut = 16 * kBlockBytes;
constexpr int kMostPiecesOut = 32;

}  // namespace

struct Background::Turn {
  const Napi::Env env;
  const Clock::time_point end = Clock::now() + kVisit;

  bool is_over() const { return Clock::now() >= end; }
};

Background::Background(Napi::Env env, napi_value wake) : env_(env) {
  spare_.reserve(kMostPiecesOut);
  const Napi::String name = Napi::String::New(env, "logits");
  if (napi_create_threadsafe_function(env, wake, nullptr, name, 0, 1, nullptr, nullptr, nullptr,
                                      nullptr, &wake_) != napi_ok ||
      napi_unref_threadsafe_function(env, wake_) != napi_ok ||
      // After the function's own, and so called before it: from the last to the first.
      napi_add_env_cleanup_hook(env, clean_up, this) != napi_ok) {
    throw Napi::Error::New(env);
  }
}

Background::~Background() {
  if (is_closed_) return;
  napi_remove_env_cleanup_hook(env_, clean_up, this);
  shut_down();
}

napi_value Background::begin(const BackgroundCall& given, std::unique_ptr<Task> task,
                             const KernelTable& kernels, int threads, float* scratch) {
  const Napi::Env env = given.env();
  const int64_t id = expect_integer(env, given.numbers.id);
  const int64_t outer = task->layout().outer;
  int64_t position_bytes = 0;
  for (size_t i = 0; i < task->element_arrays(); ++i) {
    const PositionedBytes& elements = task->elements()[i];
    if (elements.can_go) position_bytes += elements.stride;
  }
  const int64_t per_piece =
      position_bytes == 0 ? outer : std::max<int64_t>(1, kBlockBytes / position_bytes);
  std::unique_ptr<Pending> call(
      new Pending{*this, id, std::move(task), kernels, threads, per_piece, {}});
  std::copy(given.read, given.read + kMostArguments, call->views);

  Napi::Array arrays = Napi::Array::New(env);
  for (uint32_t i = 0; i < kMostArguments; ++i) {
    if (call->views[i].length > 0) arrays.Set(i, given[i]);
  }
  // What may fail for want of memory comes first: a call that is known is settled, whatever
  // happens.
  std::list<int64_t> place_in_line(1, id);
  const auto known = calls_.emplace(id, nullptr).first;
  napi_value promise = nullptr;
  if (napi_create_promise(env, &call->deferred, &promise) != napi_ok ||
      napi_create_reference(env, arrays, 1, &call->arguments) != napi_ok) {
    calls_.erase(known);
    throw Napi::Error::New(env);
  }
  scratch_ = scratch;
  Pending& pending = *call;
  known->second = std::move(call);
  if (calls_.size() == 1) napi_ref_threadsafe_function(env, wake_);
  // A small call is the pool's when this returns.
  const bool is_small = position_bytes * std::min(outer, per_piece) <= kStepBytes;
  if (waiting_.empty() && is_small) hand_out({env}, pending);
  if (!pending.is_handed_out() || pending.out.empty()) {
    waiting_.splice(waiting_.end(), place_in_line);
    const std::lock_guard<std::mutex> lock(mutex_);
    request_turn();
  }
  return promise;
}

bool Background::advance(Napi::Env env) {
  const Turn turn{env};
  collect_returned();
  while (to_put_back_ != nullptr) {
    Piece& piece = *to_put_back_;
    if (!put_back(turn, piece)) return true;
    to_put_back_ = piece.following;
    Pending& call = piece.call;
    retire(piece);
    conclude(env, call);
    if (turn.is_over()) return true;
  }
  size_t idle = 0;  // calls in a row that have enough pieces out
  while (!waiting_.empty()) {
    const int64_t id = waiting_.front();
    const auto found = calls_.find(id);
    if (found == calls_.end()) {
      waiting_.pop_front();
      continue;
    }
    Pending& call = *found->second;
    const HandOut outcome = hand_out(turn, call);
    if (call.is_handed_out()) {
      waiting_.pop_front();
      conclude(env, call);
      idle = 0;
    } else if (outcome == HandOut::no_time) {
      return true;  // First of all: it has room that others wait for.
    } else if (outcome == HandOut::no_room || ++idle > waiting_.size()) {
      return false;  // until a piece has returned
    } else {
      waiting_.splice(waiting_.end(), waiting_, waiting_.begin());
      if (outcome == HandOut::begun) idle = 0;
    }
    if (turn.is_over()) return !waiting_.empty();
  }
  return false;
}

void Background::stop(Napi::Env env, int64_t id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  stop_pieces(*found->second);
  conclude(env, *found->second);
}

// Adds what the pool has given back to what is to be put back.
void Background::collect_returned() {
  const std::lock_guard<std::mutex> lock(mutex_);
  turn_is_requested_ = false;
  Piece** end = &to_put_back_;
  while (*end != nullptr) end = &(*end)->following;
  *end = returned_;
  returned_ = nullptr;
}

// Whether all results of a piece are where they belong, or not wanted any more.
bool Background::put_back(const Turn& turn, Piece& piece) {
  const Napi::HandleScope scope(turn.env);
  while (!piece.call.has_failed() && piece.copy_some(turn.env, true)) {
    if (turn.is_over()) return false;
  }
  return true;
}

// Gives the next piece of a call its copies, and leaves it to the pool.
Background::HandOut Background::hand_out(const Turn& turn, Pending& call) {
  if (call.is_handed_out()) return HandOut::none_left;
  try {
    return hand_out_next(turn, call);
  } catch (const std::bad_alloc&) {
    call.is_out_of_memory = true;
    return HandOut::none_left;
  }
}

Background::HandOut Background::hand_out_next(const Turn& turn, Pending& call) {
  const Napi::HandleScope scope(turn.env);
  if (call.filling == nullptr) {
    if (call.has_enough_out()) return HandOut::enough_out;
    const int64_t left = call.task->layout().outer - call.next_position;
    const int64_t positions = std::min(left, call.positions_per_piece);
    call.filling = std::make_unique<Piece>(call, call.next_position, positions);
    call.next_position += positions;
  }
  Piece& piece = *call.filling;
  if (!piece.is_equipped) {
    if (pieces_out_ >= kMostPiecesOut) return HandOut::no_room;
    if (bytes_out_ > 0 && bytes_out_ + piece.block_bytes > kMostBytesOut) return HandOut::no_room;
    if (!equip(piece)) {
      call.is_out_of_memory = true;
      return HandOut::none_left;
    }
  }
  while (piece.copy_some(turn.env, false)) {
    if (turn.is_over()) return HandOut::no_time;
  }
  if (call.has_failed()) return HandOut::none_left;
  piece.array = 0;
  piece.copied = 0;
  call.out.push_back(std::move(call.filling));
  start(*call.out.back());
  return HandOut::begun;
}

// Gives a piece memory for its copies; false where there is none.
bool Background::equip(Piece& piece) {
  Pending& call = piece.call;
  if (piece.block_bytes > 0 && piece.block_bytes <= kBlockBytes && !spare_.empty()) {
    piece.block = std::move(spare_.back());
    spare_.pop_back();
  } else if (piece.block_bytes > 0) {
    const auto bytes = static_cast<size_t>(std::max(piece.block_bytes, kBlockBytes));
    piece.block.reset(new (std::nothrow) char[bytes]);
    if (!piece.block) return false;
  }
  char* next = piece.block.get();
  for (size_t i = 0; i < call.task->element_arrays(); ++i) {
    const PositionedBytes& elements = call.task->elements()[i];
    const int64_t bytes = piece.bytes_of(i);
    if (bytes == 0) continue;
    const char* const original = static_cast<char*>(call.views[elements.argument].data);
    piece.copies[i] = next;
    piece.moves[elements.argument] =
        reinterpret_cast<intptr_t>(next) -
        (reinterpret_cast<intptr_t>(original) + piece.first * elements.stride);
    next += bytes;
  }
  Layout rows = call.task->layout();
  rows.outer = piece.positions;
  piece.split = split_into_parts(rows, call.task->cost(), call.threads);
  piece.job = std::make_unique<BackgroundJob>(
      piece.split.parts, piece.split.within_rows ? 1 : piece.split.threads,
      [](void* self, int64_t part, float* scratch) {
        static_cast<const Piece*>(self)->compute(part, scratch);
      },
      [](void* self) {
        Piece& over = *static_cast<Piece*>(self);
        over.call.background.take_back(over);
      },
      &piece);
  if (!piece.job->has_memory()) return false;
  piece.is_equipped = true;
  ++pieces_out_;
  bytes_out_ += piece.block_bytes;
  return true;
}

// Leaves a piece to the pool, at once or as soon as the call has a thread for it.
void Background::start(Piece& piece) {
  Pending& call = piece.call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (piece.split.parts == 0 || call.task->is_empty()) {
      give_back(piece);
      return;
    }
    if (!may_begin(piece)) {
      Piece** end = &call.ready;
      while (*end != nullptr) end = &(*end)->following;
      *end = &piece;
      return;
    }
    count_in(piece);
  }
  if (piece.job->start(scratch_)) return;
  call.is_out_of_memory = true;
  piece.is_launched = false;
  take_back(piece);
}

// The call uses no more threads than it may.
bool Background::may_begin(const Piece& piece) const {
  const Pending& call = piece.call;
  return call.threads_at_work == 0 || call.threads_at_work + piece.split.threads <= call.threads;
}

void Background::count_in(Piece& piece) {
  piece.is_launched = true;
  piece.call.threads_at_work += piece.split.threads;
  ++at_work_;
}

// On a thread of the pool, mostly: a piece is computed, or will not be.
void Background::take_back(Piece& piece) {
  Pending& call = piece.call;
  const std::lock_guard<std::mutex> lock(mutex_);
  call.threads_at_work -= piece.split.threads;
  --at_work_;
  while (call.ready != nullptr && may_begin(*call.ready)) {
    Piece& next = *call.ready;
    call.ready = next.following;
    next.following = nullptr;
    count_in(next);
    // Under the mutex, so that whoever stops the call finds it begun or waiting. It has no scratch
    // memory to give: this is one of the pool's threads.
    next.job->start(nullptr);
  }
  give_back(piece);
  if (at_work_ == 0) all_back_.notify_all();
}

// To JavaScript's thread, under the mutex.
void Background::give_back(Piece& piece) {
  piece.following = returned_;
  returned_ = &piece;
  request_turn();
}

// Under the mutex.
void Background::request_turn() {
  if (turn_is_requested_ || is_closed_) return;
  turn_is_requested_ = true;
  napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
}

// No part of a call begins from now on.
void Background::stop_pieces(Pending& call) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    call.is_stopped = true;
    while (call.ready != nullptr) {
      Piece& piece = *call.ready;
      call.ready = piece.following;
      give_back(piece);
    }
  }
  for (const std::unique_ptr<Piece>& piece : call.out) {
    if (piece->is_launched) piece->job->stop();
  }
}

// A piece has come to its end.
void Background::retire(Piece& piece) {
  std::vector<std::unique_ptr<Piece>>& out = piece.call.out;
  release(piece);
  const auto is_it = [&](const std::unique_ptr<Piece>& other) { return other.get() == &piece; };
  out.erase(std::find_if(out.begin(), out.end(), is_it));
}

void Background::release(Piece& piece) {
  if (!piece.is_equipped) return;
  --pieces_out_;
  bytes_out_ -= piece.block_bytes;
  if (piece.block_bytes <= kBlockBytes && piece.block) spare_.push_back(std::move(piece.block));
}

// Settles a call's promise if nothing of it is under way any more.
void Background::conclude(Napi::Env env, Pending& call) {
  if (call.has_failed() && !call.is_stopped) stop_pieces(call);
  if (call.is_handed_out() && call.out.empty()) settle(env, call);
}

void Background::settle(Napi::Env env, Pending& call) {
  const Napi::HandleScope scope(env);
  if (call.filling != nullptr) release(*call.filling);
  napi_value reason = env.Undefined();
  napi_value result = nullptr;
  const bool is_done = !call.has_failed() && call.has_all_arrays(env);
  try {
    if (call.gone != 0) throw error_of(env, ErrorKind::detached, call.gone);
    if (call.is_out_of_memory) throw error_of(env, ErrorKind::memory, 0);
    if (is_done) {
      const bool has_out = call.task->row_results().data != nullptr;
      void* const out = has_out ? call.find(env, call.task->row_results().argument) : nullptr;
      result = Napi::Number::New(env, call.task->finish(out));
    }
  } catch (const Napi::Error& error) {
    reason = error.Value();
  } catch (const std::bad_alloc&) {
    reason = error_of(env, ErrorKind::memory, 0).Value();
  }
  if (result != nullptr) {
    napi_resolve_deferred(env, call.deferred, result);
  } else {
    napi_reject_deferred(env, call.deferred, reason);
  }
  napi_delete_reference(env, call.arguments);
  calls_.erase(call.id);
  if (calls_.empty()) napi_unref_threadsafe_function(env, wake_);
}

void Background::clean_up(void* self) { static_cast<Background*>(self)->shut_down(); }

// Waits for the parts that are under way; no promise is settled.
void Background::shut_down() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_closed_ = true;
  }
  for (const auto& call : calls_) stop_pieces(*call.second);
  std::unique_lock<std::mutex> lock(mutex_);
  all_back_.wait(lock, [this] { return at_work_ == 0; });
}

}  // namespace logits
