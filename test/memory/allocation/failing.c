// Memory and threads that cannot be had: preloaded (LD_PRELOAD) it stands before the C library's functions,
// and required as an addon it says which calls of theirs fail. For glibc, whose own functions have
// second names.
//
//   arm(n, least, onwards, anyones)   of the allocations of at least `least` bytes, the n-th (from 1 on) fails,
//                                     with `onwards` those after it too; those of logits.node alone, or anyone's
//   armThreads()                      logits.node can start no thread
//   disarm()                          none fails any more; returns how many such allocations there were
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);

static atomic_bool armed, threads_fail;
static bool onwards, anyones;
static int64_t failing;
static size_t least;
static atomic_llong seen;
static uintptr_t first_address, last_address;

static int find_addon(struct dl_phdr_info* info, size_t size, void* data) {
  if (strstr(info->dlpi_name, "logits.node") == NULL) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X)) continue;
    first_address = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    last_address = first_address + info->dlpi_phdr[i].p_memsz;
  }
  (void)size, (void)data;
  return 1;
}

static bool is_addon(const void* caller) {
  return (uintptr_t)caller >= first_address && (uintptr_t)caller < last_address;
}

static bool fails(const void* caller, size_t bytes) {
  if (!atomic_load(&armed) || bytes < least || !(anyones || is_addon(caller))) return false;
  const int64_t number = atomic_fetch_add(&seen, 1) + 1;
  const bool is_failing = onwards ? number >= failing : number == failing;
  if (is_failing) errno = ENOMEM;
  return is_failing;
}

void* malloc(size_t bytes) {
  return fails(__builtin_return_address(0), bytes) ? NULL : __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
  return fails(__builtin_return_address(0), count * bytes) ? NULL : __libc_calloc(count, bytes);
}
void* realloc(void* memory, size_t bytes) {
  return fails(__builtin_return_address(0), bytes) ? NULL : __libc_realloc(memory, bytes);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) {
  static int (*create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  if (atomic_load(&threads_fail) && is_addon(__builtin_return_address(0))) return EAGAIN;
  if (create == NULL) *(void**)&create = dlsym(RTLD_NEXT, "pthread_create");
  return create(thread, attributes, run, argument);
}

// Node-API, as much of it as this takes.
typedef struct napi_env__* napi_env;
typedef struct napi_value__* napi_value;
typedef struct napi_callback_info__* napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
extern int napi_get_cb_info(napi_env, napi_callback_info, size_t*, napi_value*, napi_value*, void**);
extern int napi_get_value_int64(napi_env, napi_value, int64_t*);
extern int napi_create_int64(napi_env, int64_t, napi_value*);
extern int napi_create_function(napi_env, const char*, size_t, napi_callback, void*, napi_value*);
extern int napi_set_named_property(napi_env, napi_value, const char*, napi_value);

static napi_value arm(napi_env env, napi_callback_info info) {
  napi_value values[4];
  size_t count = 4;
  int64_t numbers[4];
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  for (int i = 0; i < 4; ++i) napi_get_value_int64(env, values[i], &numbers[i]);
  dl_iterate_phdr(find_addon, NULL);
  failing = numbers[0];
  least = (size_t)numbers[1];
  onwards = numbers[2] != 0;
  anyones = numbers[3] != 0;
  atomic_store(&seen, 0);
  atomic_store(&armed, true);
  return NULL;
}

static napi_value arm_threads(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  dl_iterate_phdr(find_addon, NULL);
  atomic_store(&threads_fail, true);
  return NULL;
}

static napi_value disarm(napi_env env, napi_callback_info info) {
  (void)info;
  atomic_store(&armed, false);
  atomic_store(&threads_fail, false);
  napi_value result;
  napi_create_int64(env, atomic_load(&seen), &result);
  return result;
}

static void add(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, SIZE_MAX, function, NULL, &value);
  napi_set_named_property(env, exports, name, value);
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env,
                                                                          napi_value exports) {
  add(env, exports, "arm", arm);
  add(env, exports, "armThreads", arm_threads);
  add(env, exports, "disarm", disarm);
  return exports;
}
