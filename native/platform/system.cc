#include "system.h"

#if defined(_WIN32)
#include <windows.h>

#include <system_error>
#include <thread>
#else
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <new>
#endif

namespace logits {

#if defined(_WIN32)

bool start_thread(void (*run)(void* argument), void* argument) {
  try {
    std::thread(run, argument).detach();
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

bool pin_library() {
  HMODULE module;
  return GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                            reinterpret_cast<const char*>(&pin_library), &module) != 0;
}

long process_id() { return 0; }  // there is no fork

int current_processor() { return -1; }

#else

namespace {

// The kernels of an unoptimised build need less than 64 KiB; musl's default of 128 KiB would leave
// little to spare.
constexpr size_t kStackBytes = 512 * 1024;

struct Start {
  void (*run)(void* argument);
  void* argument;
};

void* run_start(void* pointer) {
  const Start start = *static_cast<Start*>(pointer);
  delete static_cast<Start*>(pointer);
  start.run(start.argument);
  return nullptr;
}

}  // namespace

// Not std::thread, whose stack has the size that the system likes.
bool start_thread(void (*run)(void* argument), void* argument) {
  auto* start = new (std::nothrow) Start{run, argument};
  if (start == nullptr) return false;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // The thread inherits a mask that leaves signals to the program's own threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, run_start, start) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (!started) delete start;
#if defined(__linux__)
  if (started) pthread_setname_np(thread, "logits");  // here, so that it has its name at once
#endif
  return started;
}

bool pin_library() {
  Dl_info library;
  if (dladdr(reinterpret_cast<const void*>(&pin_library), &library) == 0) return false;
  return dlopen(library.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
}

long process_id() { return getpid(); }

int current_processor() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

#endif

}  // namespace logits
