// malloc and its relatives, passed on to the C library's own and counted.
#include "support/allocations.h"

#include <cstdlib>  // before asking for __GLIBC__

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define TARE_COUNTS_ALLOCATIONS 1
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef TARE_COUNTS_ALLOCATIONS
#endif
#endif
#endif

#ifdef TARE_COUNTS_ALLOCATIONS
#include <atomic>
#include <cerrno>
#include <cstddef>

namespace {
std::atomic<std::int64_t> allocations{0};
}

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  ++allocations;
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  *result = memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}
}

namespace tare::test {
bool allocations_are_counted() { return true; }
std::int64_t allocations_so_far() { return allocations; }
}  // namespace tare::test

#else

namespace tare::test {
bool allocations_are_counted() { return false; }
std::int64_t allocations_so_far() { return 0; }
}  // namespace tare::test

#endif
