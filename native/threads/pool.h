// The threads of this process that help with calls: one pool for all its Node environments. It is
// made when first needed and never destroyed, its threads sleep while there is nothing to do, and
// no call waits for one that has not begun.
#pragma once

#include <cstdint>

#include "../kernel-table.h"

namespace logits {

// Computes one of the parts of a job; `scratch` (kScratchFloats) belongs to the thread that does.
using Part = void (*)(void* context, int64_t index, float* scratch);

// part(context, i, scratch) for each i in [0, count), in any order, on the calling thread, whose
// scratch memory is given, and on up to `helpers` others; returns when all are done. Where the
// system gives fewer threads, those do.
void run_parts(int64_t count, int helpers, Part part, void* context, float* scratch);

struct Job;

// part(context, i, scratch) for each i in [0, count), on up to `helpers` threads of the pool, while
// the caller goes on. Of several such jobs, and calls, each has its turn after every part.
class BackgroundJob {
 public:
  // on_done(context) is called once, on some thread, when no part is under way or left; the job
  // may end its life there. Throws nothing.
  BackgroundJob(int64_t count, int helpers, Part part, void (*on_done)(void* context),
                void* context);
  BackgroundJob(const BackgroundJob&) = delete;
  BackgroundJob& operator=(const BackgroundJob&) = delete;
  ~BackgroundJob();

  bool has_memory() const { return job_ != nullptr; }
  // False where there is no memory for it, and then nothing happens. Where the system refuses
  // every thread, all is done when this returns, with the given scratch memory.
  bool start(float* scratch);
  // Lets no further part begin. At most once between start() and on_done().
  void stop();

 private:
  Job* job_;
};

// The calling thread and up to `helpers` others, for the parts of one row.
struct PoolTeam : Team {
  int helpers;

  explicit PoolTeam(int others);
};

}  // namespace logits
