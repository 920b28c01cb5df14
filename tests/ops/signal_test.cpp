// The integer audio front end against the arithmetic it stands for: a transform in double
// precision, exact squares and roots, an estimate of noise that outlives a run.
#include "ops/signal/signal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "support/small_graph.h"

namespace tare {
namespace {

TensorValue shorts(Shape shape, std::vector<std::int16_t> values) {
  return tensor(DType::kInt16, shape, std::move(values));
}
TensorValue words(Shape shape, std::vector<std::uint32_t> values) {
  return tensor(DType::kUint32, shape, std::move(values));
}

TEST(Signal, TransformIsTheTrueOneOverItsLength) {
  for (const std::int64_t length : {4, 16, 32, 512}) {
    SmallGraph g;
    const auto samples = static_cast<std::size_t>(length - 1);  // one is padded
    g.output(
        g.builder().emit(SignalRfft{length}, {g.input(tensor_type(DType::kInt16, {length - 1}))}));
    std::vector<std::int16_t> x(samples);
    for (std::size_t i = 0; i < samples; ++i)
      x[i] = static_cast<std::int16_t>(20000.0 * std::sin(0.7 * static_cast<double>(i)) + 5000.0);
    for (const bool as_written : {false, true}) {
      ASSERT_EQ(as_written ? g.load_written() : g.load(), "");
      ASSERT_EQ(g.run({shorts({length - 1}, x)}), "");
      const auto out = values_of<std::int16_t>(g.results()[0]);
      ASSERT_EQ(out.size(), static_cast<std::size_t>(length + 2));
      for (std::size_t k = 0; k < out.size() / 2; ++k) {
        std::complex<double> sum;
        for (std::size_t i = 0; i < samples; ++i) {
          sum += static_cast<double>(x[i]) *
                 std::polar(1.0, -2.0 * std::numbers::pi * static_cast<double>(i * k) /
                                     static_cast<double>(length));
        }
        sum /= static_cast<double>(length);
        EXPECT_NEAR(out[2 * k], sum.real(), 8.0) << length << " " << k;
        EXPECT_NEAR(out[2 * k + 1], sum.imag(), 8.0) << length << " " << k;
      }
    }
  }
}

TEST(Signal, ScaleFillsFifteenBits) {
  SmallGraph g;
  for (const ValueId id :
       g.builder().emit_n(SignalFftAutoScale{}, {g.input(tensor_type(DType::kInt16, {3}))}, 2))
    g.output(id);
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({shorts({3}, {3, -5, 0})}), "");
  EXPECT_EQ(values_of<std::int16_t>(g.results()[0]), (std::vector<std::int16_t>{12288, -20480, 0}));
  EXPECT_EQ(values_of<std::int32_t>(g.results()[1]), std::vector<std::int32_t>{12});
  ASSERT_EQ(g.run({shorts({3}, {-32768, 1, 2})}), "");
  EXPECT_EQ(values_of<std::int32_t>(g.results()[1]), std::vector<std::int32_t>{0});
}

TEST(Signal, EnergyIsSquaredMagnitudeInItsRange) {
  SmallGraph g;
  g.output(g.builder().emit(SignalEnergy{1, 3}, {g.input(tensor_type(DType::kInt16, {8}))}));
  ASSERT_EQ(g.load_written(), "");
  ASSERT_EQ(g.run({shorts({8}, {1, 1, 3, -4, -32768, -32768, 7, 7})}), "");
  EXPECT_EQ(values_of<std::uint32_t>(g.results()[0]),
            (std::vector<std::uint32_t>{0, 25, 2147483648u, 0}));
}

TEST(Signal, RootsAreRounded) {
  SmallGraph g;
  const std::vector<std::uint64_t> x = {
      0, 1, 2, 3, 6, 7, 99, 1u << 31, 0xFFFFFFFFu, std::uint64_t{1} << 40, UINT64_MAX};
  const auto count = static_cast<Dim>(x.size());
  g.output(
      g.builder().emit(SignalFilterBankSquareRoot{},
                       {g.input(tensor_type(DType::kUint64, {count})), g.constant(ints({}, {0}))}));
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({tensor(DType::kUint64, {count}, x)}), "");
  EXPECT_EQ(
      values_of<std::uint32_t>(g.results()[0]),
      (std::vector<std::uint32_t>{0, 1, 1, 2, 2, 3, 10, 46341, 65535, 1u << 20, 0xFFFFFFFFu}));
}

TEST(Signal, FilterBankSharesBandsAndStaysInside) {
  const auto bank = [](std::vector<std::int16_t> starts, std::vector<std::int16_t> widths) {
    SmallGraph g;
    g.output(g.builder().emit(
        SignalFilterBank{2},
        {g.input(tensor_type(DType::kUint32, {4})), g.constant(shorts({4}, {1, 2, 3, 4})),
         g.constant(shorts({4}, {9, 8, 7, 6})), g.constant(shorts({3}, starts)),
         g.constant(shorts({3}, {0, 1, 2})), g.constant(shorts({3}, widths))}));
    std::string error = g.load();
    if (error.empty()) error = g.run({words({4}, {1, 10, 100, 1000})});
    return std::pair(error, error.empty() ? values_of<std::uint64_t>(g.results()[0])
                                          : std::vector<std::uint64_t>());
  };
  // The complement of the band before, and the weights of its own.
  EXPECT_EQ(bank({0, 1, 2}, {1, 1, 2}),
            std::pair(std::string(), (std::vector<std::uint64_t>{9 + 20, 80 + 4300})));
  EXPECT_NE(bank({0, 1, 3}, {1, 1, 2}).first.find("band 2"), std::string::npos);
  EXPECT_NE(bank({-1, 1, 2}, {1, 1, 2}).first.find("band 0"), std::string::npos);
}

TEST(Signal, NoiseEstimateOutlivesARun) {
  SmallGraph g;
  const SignalFilterBankSpectralSubtraction op{.smoothing = 1 << 13,
                                               .one_minus_smoothing = 1 << 13,
                                               .alternate_smoothing = 1 << 14,
                                               .spectral_subtraction_bits = 14,
                                               .min_signal_remaining = 1 << 12,
                                               .num_channels = 2};
  for (const ValueId id : g.builder().emit_n(op, {g.input(tensor_type(DType::kUint32, {2}))}, 2))
    g.output(id);
  for (const bool as_written : {false, true}) {
    ASSERT_EQ(as_written ? g.load_written() : g.load(), "");
    ASSERT_EQ(g.run({words({2}, {1000, 1000})}), "");
    EXPECT_EQ(values_of<std::uint32_t>(g.results()[1]), (std::vector<std::uint32_t>{500, 1000}));
    EXPECT_EQ(values_of<std::uint32_t>(g.results()[0]), (std::vector<std::uint32_t>{500, 250}));
    ASSERT_EQ(g.run({words({2}, {1000, 1000})}), "");
    EXPECT_EQ(values_of<std::uint32_t>(g.results()[1]), (std::vector<std::uint32_t>{750, 1000}));
    g.reset();
    ASSERT_EQ(g.run({words({2}, {1000, 1000})}), "");
    EXPECT_EQ(values_of<std::uint32_t>(g.results()[1]), (std::vector<std::uint32_t>{500, 1000}));
  }
}

TEST(Signal, LogarithmIsNatural) {
  SmallGraph g;
  g.output(g.builder().emit(SignalFilterBankLog{.output_scale = 1600},
                            {g.input(tensor_type(DType::kUint32, {5}))}));
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({words({5}, {0, 1, 2, 1000, 123456789})}), "");
  const auto out = values_of<std::int16_t>(g.results()[0]);
  const double x[] = {1, 1, 2, 1000, 123456789};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(out[i], 1600 * std::log(x[i]), 2.0) << i;
}

}  // namespace
}  // namespace tare
