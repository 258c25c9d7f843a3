#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "../kernel-table.h"
#include "../platform/floating-point-state.h"
#include "../platform/relax.h"
#include "../platform/system.h"

namespace logits {
namespace {

// How long a thread that expects news (the next job of a series, the last part of its own) looks
// out for it before it sleeps: about as long as being woken takes, so that looking out never costs
// more than twice what the best choice would have. One that waits for a thread that was put off
// its core by other work sleeps for nearly all of that time.
constexpr std::chrono::microseconds kLookOut(20);

// Whoever takes up a job wakes so many more, who wake others: a tree, not a queue at the caller.
constexpr int kWakes = 2;

// After how many jobs a helper that moved may move again: where every processor is busy no place is
// better for long, and starting a thread (10 to 60 us) costs little of so many.
constexpr int kJobsBetweenMoves = 16;

}  // namespace

// The parts of a call: on its caller's stack for as long as the call lasts, or in the background.
struct Job {
  const Part part;
  void* const context;
  const int64_t count;
  void (*const when_over)(void* context) = nullptr;  // null where a caller waits
  std::atomic<int64_t> next{0};                      // the first part that nobody has taken
  std::atomic<int> inside{0};  // helpers at work; changes under the pool's mutex alone
  const int processor = current_processor();  // the caller's, when it began

  // Guarded by the pool's mutex:
  int wanted;  // helpers that may still join
  bool caller_sleeps = false;
  bool is_over = false;  // in the background: all parts are done, and somebody says so
  std::condition_variable done;
  Job* following = nullptr;

  Job(Part p, void* c, int64_t n, int helpers) : part(p), context(c), count(n), wanted(helpers) {}
  Job(Part p, void* c, int64_t n, int helpers, void (*over)(void*))
      : part(p), context(c), count(n), when_over(over), wanted(helpers) {}

  bool has_more() const { return next.load(std::memory_order_relaxed) < count; }
  bool wants_help() const { return wanted > 0 && has_more(); }
};

namespace {

// Looks out for `is_news` for a short time; whether it came.
template <class IsNews>
bool look_out(IsNews is_news) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + kLookOut;
  do {
    for (int i = 0; i < 16; ++i) {
      if (is_news()) return true;
      relax();
    }
  } while (Clock::now() < end);
  return false;
}

class Pool {
 public:
  const long process = process_id();

  void run(Job& job, float* scratch) {
    const int missing = offer(job);
    if (missing > 0) start_helpers(missing, scratch);
    while (compute_next(job, scratch)) {
    }
    await_helpers(job);
  }

  // Leaves a job to helpers.
  void start(Job& job, float* scratch) {
    const int missing = offer(job);
    if (missing > 0) start_helpers(missing, scratch);
  }

  // No part of a background job begins from now on. Whether none is under way either.
  bool stop(Job& job) {
    const std::lock_guard<std::mutex> lock(mutex_);
    job.next.store(job.count, std::memory_order_relaxed);
    return close_if_over(job);
  }

 private:
  struct Helper {
    Pool* pool;
    std::unique_ptr<float[]> scratch = nullptr;
    int jobs_in_place = kJobsBetweenMoves;
  };

  // Whether there was a part left to compute.
  static bool compute_next(Job& job, float* scratch) {
    const int64_t index = job.next.fetch_add(1, std::memory_order_relaxed);
    if (index >= job.count) return false;
    job.part(job.context, index, scratch);
    return true;
  }

  // Lets helpers join; returns how many of those wanted have yet to be started.
  int offer(Job& job) {
    std::unique_lock<std::mutex> lock(mutex_);
    append(job);
    offers_.fetch_add(1, std::memory_order_relaxed);
    count_deserted();
    const int missing = job.wanted > started_ ? job.wanted - started_ : 0;
    started_ += missing;
    wake_for(job, lock);
    return missing;
  }

  void start_helpers(int missing, float* scratch) {
    for (; missing > 0; --missing) {
      std::unique_ptr<Helper> helper(new (std::nothrow) Helper{this});
      if (!helper) break;
      helper->scratch.reset(new (std::nothrow) float[kScratchFloats]);
      if (!helper->scratch || !start_thread(help, helper.get())) break;
      helper.release();
    }
    if (missing == 0) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      started_ -= missing;
    }
    if (scratch != nullptr) stand_in(scratch);
  }

  // Where the system has not one thread to give, the calling thread does what waits for helpers.
  void stand_in(float* scratch) {
    const FloatingPointState state;
    while (Job* const job = join_unhelped_job()) {
      while (compute_next(*job, scratch)) {
      }
      leave(*job, false);
    }
  }

  Job* join_unhelped_job() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (started_ > 0) return nullptr;
    Job* job = jobs_;
    while (job != nullptr && (job->when_over == nullptr || !job->wants_help())) {
      job = job->following;
    }
    if (job == nullptr) return nullptr;
    --job->wanted;
    job->inside.fetch_add(1, std::memory_order_relaxed);
    return job;
  }

  // Closes the job, and waits for the helpers that are inside a part of it.
  void await_helpers(Job& job) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      remove(job);
      count_deserted();
    }
    const auto is_done = [&] { return job.inside.load(std::memory_order_acquire) == 0; };
    if (look_out(is_done)) return;
    std::unique_lock<std::mutex> lock(mutex_);
    job.caller_sleeps = true;
    job.done.wait(lock, is_done);
  }

  static void help(void* argument) {
    std::unique_ptr<Helper> helper(static_cast<Helper*>(argument));
    const FloatingPointState state;
    helper->pool->help_until_moved(std::move(helper));
  }

  // Returns when the helper lives on in another thread.
  void help_until_moved(std::unique_ptr<Helper> helper) {
    for (;;) {
      Job& job = join_next_job();
      if (is_in_the_way(*helper, job)) {
        leave(job, true);
        if (!start_thread(help, helper.get())) continue;
        helper.release();
        return;
      }
      bool has_more = true;
      do {
        has_more = compute_next(job, helper->scratch.get());
      } while (has_more && deserted_.load(std::memory_order_relaxed) == 0);
      leave(job, has_more);
    }
  }

  // Whether the helper keeps the job's caller from its processor, so that the two get done what one
  // would. Linux wakes a thread where it ran last if the processors have been busy on average, and
  // moves none that ran within the last half millisecond: two threads that other work has once put
  // on one processor stay there, however idle the others are by now, for as long as the calls
  // follow each other. A new thread it moves at its next tick.
  static bool is_in_the_way(Helper& helper, const Job& job) {
    if (++helper.jobs_in_place <= kJobsBetweenMoves) return false;
    if (job.processor < 0 || job.processor != current_processor()) return false;
    helper.jobs_in_place = 0;
    return true;
  }

  Job& join_next_job() {
    std::unique_lock<std::mutex> lock(mutex_);
    Job& job = next_job(lock);
    --job.wanted;
    job.inside.fetch_add(1, std::memory_order_relaxed);
    count_deserted();
    wake_for(job, lock);
    return job;
  }

  void leave(Job& job, bool has_more) {
    std::unique_lock<std::mutex> lock(mutex_);
    // Left for a deserted one, this job has its next turn last, unless its caller has closed it.
    if (has_more && remove(job)) {
      ++job.wanted;
      append(job);
    }
    // The caller may leave, and the job be gone, as soon as nobody is inside, unless it sleeps.
    const bool caller_sleeps = job.caller_sleeps;
    const bool is_in_background = job.when_over != nullptr;
    const bool was_last = job.inside.fetch_sub(1, std::memory_order_release) == 1;
    if (was_last && caller_sleeps) job.done.notify_one();
    const bool is_over = is_in_background && close_if_over(job);
    count_deserted();
    lock.unlock();
    if (is_over) job.when_over(job.context);
  }

  // Whether a background job has just ended: whoever sees it says so.
  bool close_if_over(Job& job) {
    if (job.is_over || job.has_more()) return false;
    if (job.inside.load(std::memory_order_relaxed) > 0) return false;
    job.is_over = true;
    remove(job);
    return true;
  }

  // The next job that wants help, whenever there is one.
  Job& next_job(std::unique_lock<std::mutex>& lock) {
    for (;;) {
      if (Job* const job = neediest_job()) return *job;
      const unsigned seen = offers_.load(std::memory_order_relaxed);
      ++looking_out_;
      lock.unlock();
      const bool has_news =
          look_out([&] { return offers_.load(std::memory_order_relaxed) != seen; });
      lock.lock();
      --looking_out_;
      if (has_news || neediest_job() != nullptr) continue;
      ++asleep_;
      work_.wait(lock, [&] { return alarms_ > 0; });
      --alarms_;
      --asleep_;
    }
  }

  void append(Job& job) {
    Job** end = &jobs_;
    while (*end != nullptr) end = &(*end)->following;
    *end = &job;
    job.following = nullptr;
  }

  // Whether the job was still there.
  bool remove(const Job& job) {
    Job** at = &jobs_;
    while (*at != nullptr && *at != &job) at = &(*at)->following;
    if (*at == nullptr) return false;
    *at = job.following;
    return true;
  }

  // Of the jobs that want help the first that has least.
  Job* neediest_job() const {
    Job* neediest = nullptr;
    int fewest = 0;
    for (Job* job = jobs_; job != nullptr; job = job->following) {
      if (!job->wants_help()) continue;
      const int inside = job->inside.load(std::memory_order_relaxed);
      if (neediest == nullptr || inside < fewest) {
        neediest = job;
        fewest = inside;
      }
    }
    return neediest;
  }

  // Jobs that want help and have none: helpers of others come over after their part.
  void count_deserted() {
    int count = 0;
    for (Job* job = jobs_; job != nullptr; job = job->following) {
      if (job->wants_help() && job->inside.load(std::memory_order_relaxed) == 0) ++count;
    }
    deserted_.store(count, std::memory_order_relaxed);
  }

  // Wakes some of the helpers that the job wants and that are not about to see it; unlocks.
  void wake_for(const Job& job, std::unique_lock<std::mutex>& lock) {
    int wakes = job.wanted - looking_out_ - alarms_;
    if (wakes > asleep_ - alarms_) wakes = asleep_ - alarms_;
    if (wakes > kWakes) wakes = kWakes;
    if (wakes > 0) alarms_ += wakes;
    lock.unlock();
    for (; wakes > 0; --wakes) work_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::atomic<unsigned> offers_{0};  // jobs so far
  std::atomic<int> deserted_{0};

  // Guarded by the mutex:
  Job* jobs_ = nullptr;
  int started_ = 0;      // helpers
  int looking_out_ = 0;  // of these
  int asleep_ = 0;       // of these
  int alarms_ = 0;       // of these, woken and not yet up
};

// This process's pool; null where there can be none. Never destroyed, since its threads sleep in
// it.
Pool* pool_of_process() {
  static std::atomic<Pool*> shared{nullptr};
  Pool* pool = shared.load(std::memory_order_acquire);
  if (pool != nullptr && pool->process == process_id()) return pool;
  // The first call of the process, or of a copy of it, in which the old pool has no threads and
  // its mutex may be locked for ever.
  if (!pin_library()) return nullptr;
  Pool* fresh = new (std::nothrow) Pool;
  if (fresh == nullptr) return nullptr;
  if (shared.compare_exchange_strong(pool, fresh)) return fresh;
  delete fresh;
  return pool;
}

}  // namespace

void run_parts(int64_t count, int helpers, Part part, void* context, float* scratch) {
  if (helpers >= count) helpers = static_cast<int>(count) - 1;
  Pool* const pool = helpers > 0 ? pool_of_process() : nullptr;
  if (pool == nullptr) {
    for (int64_t index = 0; index < count; ++index) part(context, index, scratch);
    return;
  }
  Job job(part, context, count, helpers);
  pool->run(job, scratch);
}

BackgroundJob::BackgroundJob(int64_t count, int helpers, Part part, void (*when_over)(void*),
                             void* context)
    : job_(new (std::nothrow) Job(part, context, count, helpers, when_over)) {}

BackgroundJob::~BackgroundJob() { delete job_; }

bool BackgroundJob::start(float* scratch) {
  Pool* const pool = pool_of_process();
  if (job_ == nullptr || pool == nullptr) return false;
  pool->start(*job_, scratch);
  return true;
}

void BackgroundJob::stop() {
  // The job may be gone as soon as it is over and has been said to be.
  void (*const when_over)(void*) = job_->when_over;
  void* const context = job_->context;
  if (pool_of_process()->stop(*job_)) when_over(context);
}

namespace {

// A part of a row and its context: what it computes needs no scratch memory.
struct RowPart {
  void (*part)(void* context, int64_t index);
  void* context;
};

void run_row_part(void* pointer, int64_t index, float*) {
  const RowPart& row_part = *static_cast<const RowPart*>(pointer);
  row_part.part(row_part.context, index);
}

void run_team(const Team& team, int64_t count, void (*part)(void* context, int64_t index),
              void* context) {
  RowPart row_part = {part, context};
  run_parts(count, static_cast<const PoolTeam&>(team).helpers, run_row_part, &row_part, nullptr);
}

}  // namespace

PoolTeam::PoolTeam(int others) : Team{run_team}, helpers(others) {}

}  // namespace logits
