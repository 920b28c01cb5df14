// The identity of this XNNPACK build, which its weight cache files would carry. Upstream generates
// it from the hash of every source with a Python script; we write no such files, so a constant does.
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const unsigned char kIdentifier[] = "tare-4ea82e5";

size_t xnn_experimental_get_build_identifier_size() { return sizeof(kIdentifier); }
const void* xnn_experimental_get_build_identifier_data() { return kIdentifier; }
bool xnn_experimental_check_build_identifier(const void* data, const size_t size) {
  return size == sizeof(kIdentifier) && memcmp(data, kIdentifier, size) == 0;
}
