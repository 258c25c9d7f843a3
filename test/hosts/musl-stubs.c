/*
 * What Debian's libstdc++ and libgcc, which are compiled for glibc, want of it and musl has not: with these, bun-musl.sh links
 * a libstdc++ for musl. Only a test's Bun uses it.
 */
#include <stddef.h>

char __libc_single_threaded = 0;

/* No unwinding table by address: the unwinder then asks dl_iterate_phdr. */
int _dl_find_object(void *address, void *result) { return -1; }

/* Which atomic instructions an arm64 processor has. */
extern unsigned long getauxval(unsigned long type);
unsigned long __getauxval(unsigned long type) { return getauxval(type); }

/* Only the seed of std::random_device. */
unsigned arc4random(void) { return 4; }

extern int pthread_key_create(unsigned *key, void (*destructor)(void *));
int __pthread_key_create(unsigned *key, void (*destructor)(void *)) {
  return pthread_key_create(key, destructor);
}

__attribute__((visibility("hidden"))) void *__dso_handle = &__dso_handle;
