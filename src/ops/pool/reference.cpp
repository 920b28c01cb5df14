// Reference kernels of pools, in float32 and, for quantised types, in their stored integers: input
// and output share their quantisation, so only the rounding of averages is special (half away from
// zero).
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "ir/facets.h"
#include "ops/common/convolution_types.h"
#include "ops/common/quantized_activation.h"
#include "ops/pool/pool.h"

namespace tare {
namespace {

ConvolutionShape window_of(const Pool& op, const Shape& x, const Shape& y) {
  const std::int64_t channels = x.back();
  ConvolutionShape s{.batch = x[0], .group_inputs = channels, .group_outputs = channels};
  for (int i = 0; i < op.spatial; ++i) {
    const auto from = static_cast<std::size_t>(i);
    const auto to = static_cast<std::size_t>(3 - op.spatial + i);
    s.input[to] = x[i + 1];
    s.output[to] = y[i + 1];
    s.filter[to] = op.filter[from];
    s.axes[to] = op.axes[from];
    s.axes[to].pad_before =
        window_padding(x[i + 1], op.filter[from], s.axes[to], op.padding).before;
  }
  return s;
}

// One pixel joined into the results so far, 4 channels at a time (loops stay vectors at -Oz).
template <PoolKind kKind, class X, class Sum>
void join(const X* x, std::int64_t count, Sum* sums) {
  typedef X Pixels __attribute__((vector_size(4 * sizeof(X))));
  typedef Sum Sums __attribute__((vector_size(4 * sizeof(Sum))));
  const auto joined = [](const auto& s, const auto& v) {
    if constexpr (kKind == PoolKind::kAverage)
      return s + v;
    else if constexpr (kKind == PoolKind::kL2)
      return s + v * v;
    else
      return s < v ? v : s;
  };
  std::int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    Pixels p;
    Sums s;
    std::memcpy(&p, x + i, sizeof p);
    std::memcpy(&s, sums + i, sizeof s);
    s = joined(s, __builtin_convertvector(p, Sums));
    std::memcpy(sums + i, &s, sizeof s);
  }
  for (; i < count; ++i) sums[i] = joined(sums[i], static_cast<Sum>(x[i]));
}

// finish(first output element, how many places counted) after each point's pixels have been joined.
template <PoolKind kKind, class X, class Sum, class Finish>
void pool(const ConvolutionShape& s, const X* x, Sum* sums, Finish finish) {
  const std::int64_t channels = s.group_inputs;
  WindowRuns runs(s);
  for (std::int64_t image = 0; image < s.batch; ++image) {
    for (std::int64_t p = 0; p < s.points(); ++p) {
      runs.move_to(image, p);
      std::fill(sums, sums + channels,
                kKind == PoolKind::kMax ? std::numeric_limits<Sum>::lowest() : Sum{});
      runs.each(0, [&](std::int64_t at, std::int64_t, std::int64_t count) {
        for (std::int64_t i = 0; i < count; i += channels) join<kKind>(x + at + i, channels, sums);
      });
      if (!finish((image * s.points() + p) * channels, runs.places())) return;
    }
  }
}

bool counted(EvalContext& c, std::int64_t places) {
  return c.require(places > 0, "a window lies in the padding alone");
}

void eval_float(const Pool& op, EvalContext& c) {
  const Tensor& x = c.input(0);
  Tensor& y = c.output(0);
  const ConvolutionShape s = window_of(op, x.shape, y.shape);
  const bool copied = x.dtype != DType::kFloat32;
  ScratchParts parts;
  const std::size_t sums = parts.add<float>(s.group_inputs);
  const std::size_t input = parts.add<float>(copied ? x.elements() : 0);
  if (!parts.allocate(c)) return;
  if (copied) load_floats(x, parts.at<float>(input));
  const float* from = copied ? parts.at<float>(input) : x.as<float>().data();
  float* sum = parts.at<float>(sums);
  const Range range = activation_range(op.activation);
  const StoreDouble store = store_double(y.dtype);
  const auto put = [&](std::int64_t first, auto value) {
    for (std::int64_t i = 0; i < s.group_inputs; ++i) {
      const float v = activate(value(sum[i]), op.activation, range);
      if (copied)
        store(y.data, first + i, v);
      else
        y.as<float>()[static_cast<std::size_t>(first + i)] = v;
    }
    return true;
  };
  switch (op.kind) {
    case PoolKind::kMax:
      return pool<PoolKind::kMax>(s, from, sum, [&](std::int64_t first, std::int64_t) {
        return put(first, [](float v) { return v; });
      });
    case PoolKind::kAverage:
      return pool<PoolKind::kAverage>(s, from, sum, [&](std::int64_t first, std::int64_t places) {
        return counted(c, places) &&
               put(first, [&](float v) { return v / static_cast<float>(places); });
      });
    case PoolKind::kL2:
      return pool<PoolKind::kL2>(s, from, sum, [&](std::int64_t first, std::int64_t places) {
        return counted(c, places) &&
               put(first, [&](float v) { return std::sqrt(v / static_cast<float>(places)); });
      });
  }
}

void eval_integers(const Pool& op, EvalContext& c) {
  Tensor x = c.input(0);
  Tensor& y = c.output(0);
  const ConvolutionShape s = window_of(op, x.shape, y.shape);
  // Sums of more int16 than this would leave 32 bits.
  constexpr std::int64_t kMaxPlaces = 65535;
  std::int64_t places_at_most = 1;
  for (std::size_t i = 0; i < 3; ++i) {
    places_at_most = std::min(places_at_most * std::min(s.filter[i], s.input[i]), kMaxPlaces + 1);
  }
  if (op.kind == PoolKind::kAverage && places_at_most > kMaxPlaces) {
    return c.fail("no kernel for integer averages of more than 65535 places", Code::kUnsupported);
  }
  ScratchParts parts;
  const std::size_t sums = parts.add<std::int32_t>(s.group_inputs);
  const std::size_t input = parts.add<std::int16_t>(x.elements());
  if (!parts.allocate(c)) return;
  x.quantization = nullptr;  // as stored, zero point and all
  load_centred(x, parts.at<std::int16_t>(input));
  std::int32_t* sum = parts.at<std::int32_t>(sums);
  const IntRange range = quantized_activation_range(op.activation, y);
  const StoreInt store = store_int(y.dtype);
  const auto put = [&](std::int64_t first, auto value) {
    for (std::int64_t i = 0; i < s.group_inputs; ++i)
      store(y.data, first + i, clamp_to(value(sum[i]), range));
    return true;
  };
  if (op.kind == PoolKind::kMax) {
    return pool<PoolKind::kMax>(s, parts.at<std::int16_t>(input), sum,
                                [&](std::int64_t first, std::int64_t) {
                                  return put(first, [](std::int32_t v) { return v; });
                                });
  }
  pool<PoolKind::kAverage>(s, parts.at<std::int16_t>(input), sum,
                           [&](std::int64_t first, std::int64_t places) {
                             return counted(c, places) && put(first, [&](std::int64_t v) {
                                      return (v > 0 ? v + places / 2 : v - places / 2) / places;
                                    });
                           });
}

void eval(const Pool& op, EvalContext& c) {
  if (c.output(0).elements() == 0) return;
  if (is_float(c.input(0).dtype)) return eval_float(op, c);
  eval_integers(op, c);
}

}  // namespace

extern const EvalFacet eval_pool = eval_facet<Pool, eval>();

}  // namespace tare
