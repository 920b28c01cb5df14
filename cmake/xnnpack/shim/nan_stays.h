// Wasm's pmax and pmin answer with their first operand where either is NaN. XNNPACK's kernels for
// x86 hosts give the bound of a clamp first, so that a NaN would become the bound, a number; and
// their maximum of a NaN and a number is not the one that TensorFlow Lite's comparison picks. With
// the operands swapped both are right, at no cost. Included ahead of those kernels.
#include <wasm_simd128.h>

static inline v128_t tare_pmax(v128_t a, v128_t b) { return wasm_f32x4_pmax(b, a); }
static inline v128_t tare_pmin(v128_t a, v128_t b) { return wasm_f32x4_pmin(b, a); }
#define wasm_f32x4_pmax tare_pmax
#define wasm_f32x4_pmin tare_pmin
