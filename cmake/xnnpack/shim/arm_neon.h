// Two of XNNPACK's wasm kernels (f32-qs8-vcvt and f32-qu8-vcvt, wasmsimd-magic) include this name by
// mistake. Only those two files see this folder.
#include <wasm_simd128.h>
