// The polynomials are those of the Cephes library. Vectors are the compiler's own, as in
// tile_product.cpp.
#include "ops/common/vector_activations.h"

#include <cstring>

namespace tare {
namespace {

typedef float Floats __attribute__((vector_size(16)));
typedef std::uint32_t Words __attribute__((vector_size(16)));
typedef std::int32_t Mask __attribute__((vector_size(16)));

constexpr std::int64_t kLanes = 4;

Floats all(float v) { return Floats{v, v, v, v}; }
Words bits_of(Floats v) { return reinterpret_cast<Words>(v); }
Floats of_bits(Words v) { return reinterpret_cast<Floats>(v); }

// Comparisons with NaN are false, which chooses `otherwise`.
Floats choose(Mask mask, Floats chosen, Floats otherwise) {
  const Words m = reinterpret_cast<Words>(mask);
  return of_bits((bits_of(chosen) & m) | (bits_of(otherwise) & ~m));
}

Floats magnitude(Floats v) { return of_bits(bits_of(v) & 0x7FFFFFFFu); }
Floats with_sign_of(Floats v, Floats sign) {
  return of_bits(bits_of(v) | (bits_of(sign) & 0x80000000u));
}

Floats exponential(Floats x) {
  constexpr float kLimit = 87.0f;
  x = choose(x > all(kLimit), all(kLimit), x);
  x = choose(x < all(-kLimit), all(-kLimit), x);
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the lowest bits.
  const Floats shifted = x * 1.44269504f + 12582912.0f;
  const Floats whole = shifted - 12582912.0f;
  const Floats r = x - whole * 0.693359375f + whole * 2.12194440e-4f;
  Floats p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * of_bits((bits_of(shifted) << 23) + (127u << 23));
}

Floats logistic(Floats x) { return 1.0f / (1.0f + exponential(-x)); }

Floats tangent(Floats x) {
  const Floats size = magnitude(x);
  const Floats large = with_sign_of(1.0f - 2.0f / (exponential(size + size) + 1.0f), x);
  const Floats z = x * x;
  Floats p = z * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  return choose(size < all(0.625f), p * z * x + x, large);
}

template <Floats (*kFunction)(Floats)>
void apply(float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const std::size_t bytes =
        static_cast<std::size_t>(count - i < kLanes ? count - i : kLanes) * sizeof(float);
    Floats v = {};
    std::memcpy(&v, values + i, bytes);
    v = kFunction(v);
    std::memcpy(values + i, &v, bytes);
  }
}

}  // namespace

void apply_logistic(float* values, std::int64_t count) { apply<logistic>(values, count); }
void apply_tanh(float* values, std::int64_t count) { apply<tangent>(values, count); }

}  // namespace tare
