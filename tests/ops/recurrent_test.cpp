// State of recurrent ops: kept between runs, forgotten by reset, one for each batch; and what a bad
// model is told. Golden cases test the arithmetic.
#include <gtest/gtest.h>

#include "ops/lstm/lstm.h"
#include "ops/rnn/rnn.h"
#include "ops/svdf.h"
#include "support/small_graph.h"

namespace tare {
namespace {

TensorValue counted(Shape shape, float step) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = step * static_cast<float>(static_cast<int>(i % 7) - 3);
  return floats(shape, values);
}

// Cells of 3 over inputs of 2; gates that `with_input` leaves out are coupled.
std::vector<ValueId> lstm_inputs(SmallGraph& g, ValueId x, bool with_input = true) {
  std::vector<ValueId> inputs(kLstmInputs, ValueId::kNone);
  inputs[0] = x;
  for (std::size_t gate = with_input ? 0 : 1; gate < 4; ++gate) {
    const float step = 0.1f * static_cast<float>(gate + 1);
    inputs[1 + gate] = g.constant(counted({3, 2}, step));
    inputs[5 + gate] = g.constant(counted({3, 3}, -step));
    inputs[12 + gate] = g.constant(counted({3}, step));
  }
  return inputs;
}

std::vector<ValueId> with_states(SmallGraph& g, std::vector<ValueId> inputs, Dim batch) {
  inputs[18] = g.builder().variable("h", tensor_type(DType::kFloat32, {batch, 3}));
  inputs[19] = g.builder().variable("c", tensor_type(DType::kFloat32, {batch, 3}));
  return inputs;
}

TEST(Recurrent, LstmGoesOnWhereTheLastRunEnded) {
  SmallGraph whole, parts;
  whole.output(whole.builder().emit(
      Lstm{},
      with_states(whole, lstm_inputs(whole, whole.input(tensor_type(DType::kFloat32, {1, 4, 2}))),
                  1)));
  parts.output(parts.builder().emit(
      Lstm{},
      with_states(parts, lstm_inputs(parts, parts.input(tensor_type(DType::kFloat32, {1, 2, 2}))),
                  1)));
  ASSERT_EQ(whole.load(), "");
  const std::vector<float> x = {0.5f, -1, 2, 0.25f, -0.75f, 1, 1.5f, -2};
  ASSERT_EQ(whole.run({floats({1, 4, 2}, x)}), "");
  const auto expected = values_of<float>(whole.results()[0]);
  for (const bool as_written : {false, true}) {
    ASSERT_EQ(as_written ? parts.load_written() : parts.load(), "");
    ASSERT_EQ(parts.run({floats({1, 2, 2}, {x.begin(), x.begin() + 4})}), "");
    ASSERT_EQ(parts.run({floats({1, 2, 2}, {x.begin() + 4, x.end()})}), "");
    const auto last = values_of<float>(parts.results()[0]);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_FLOAT_EQ(last[i], expected[6 + i]) << i;
    parts.reset();
    ASSERT_EQ(parts.run({floats({1, 2, 2}, {x.begin(), x.begin() + 4})}), "");
    const auto first = values_of<float>(parts.results()[0]);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_FLOAT_EQ(first[i], expected[i]) << i;
  }
}

TEST(Recurrent, LstmStateFollowsTheBatch) {
  SmallGraph g;
  g.output(g.builder().emit(
      Lstm{}, with_states(g, lstm_inputs(g, g.input(tensor_type(DType::kFloat32, {1, 1, 2}))), 1)));
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({floats({1, 1, 2}, {1, 2})}), "");
  const auto single = values_of<float>(g.results()[0]);
  ASSERT_EQ(g.run({floats({3, 1, 2}, {0, 0, 1, 2, -1, 1})}), "");
  const auto three = values_of<float>(g.results()[0]);
  ASSERT_EQ(three.size(), 9u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FLOAT_EQ(three[3 + i], single[i]);
  // The state of one row was not touched by three.
  ASSERT_EQ(g.run({floats({1, 1, 2}, {1, 2})}), "");
  EXPECT_NE(values_of<float>(g.results()[0]), single);
}

TEST(Recurrent, LstmWithoutVariablesStartsAnewAndGivesItsState) {
  SmallGraph g;
  const ValueId x = g.input(tensor_type(DType::kFloat32, {2, 3, 2}));
  for (const ValueId id :
       g.builder().emit_n(Lstm{.keeps_state = false}, lstm_inputs(g, x, false), 3))
    g.output(id);
  ASSERT_EQ(g.load(), "");
  const TensorValue input = counted({2, 3, 2}, 0.3f);
  ASSERT_EQ(g.run({input}), "");
  const auto first = values_of<float>(g.results()[0]), h = values_of<float>(g.results()[1]);
  for (std::size_t b = 0; b < 2; ++b) {
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(h[b * 3 + i], first[b * 9 + 6 + i]);
  }
  ASSERT_EQ(g.run({input}), "");
  EXPECT_EQ(values_of<float>(g.results()[0]), first);
}

TEST(Recurrent, TimeMajorIsTheSameTurned) {
  SmallGraph rows, columns;
  rows.output(rows.builder().emit(
      Lstm{},
      with_states(rows, lstm_inputs(rows, rows.input(tensor_type(DType::kFloat32, {2, 2, 2}))),
                  2)));
  columns.output(columns.builder().emit(
      Lstm{.time_major = true},
      with_states(columns,
                  lstm_inputs(columns, columns.input(tensor_type(DType::kFloat32, {2, 2, 2}))),
                  2)));
  ASSERT_EQ(rows.load() + columns.load(), "");
  ASSERT_EQ(rows.run({floats({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})}), "");
  ASSERT_EQ(columns.run({floats({2, 2, 2}, {1, 2, 5, 6, 3, 4, 7, 8})}), "");
  const auto a = values_of<float>(rows.results()[0]), b = values_of<float>(columns.results()[0]);
  const std::size_t turned[] = {0, 2, 1, 3};
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(a[row * 3 + i], b[turned[row] * 3 + i]);
  }
}

std::string lstm_error(Lstm op, std::size_t leave_out, Shape bad_bias = {3}) {
  SmallGraph g;
  auto inputs = with_states(g, lstm_inputs(g, g.input(tensor_type(DType::kFloat32, {1, 2, 2}))), 1);
  if (leave_out > 0) inputs[leave_out] = ValueId::kNone;
  if (bad_bias != Shape{3}) inputs[13] = g.constant(counted(bad_bias, 1));
  g.output(g.builder().emit(op, inputs));
  return g.load();
}

TEST(Recurrent, LstmNamesWhatIsWrong) {
  EXPECT_EQ(lstm_error({}, 0), "");
  EXPECT_NE(lstm_error({.cell_clip = -1}, 0).find("clips"), std::string::npos);
  EXPECT_NE(lstm_error({.activation = Activation::kSignBit}, 0).find("activation"),
            std::string::npos);
  EXPECT_NE(lstm_error({}, 2).find("missing"), std::string::npos);
  EXPECT_NE(lstm_error({}, 5).find("input gate"), std::string::npos);
  EXPECT_NE(lstm_error({}, 18).find("state"), std::string::npos);
  EXPECT_NE(lstm_error({}, 0, {4}).find("forget gate bias: expected [3], got [4]"),
            std::string::npos);
}

TEST(Recurrent, RnnGoesOnWhereTheLastRunEnded) {
  SmallGraph g;
  const ValueId h = g.builder().variable("h", tensor_type(DType::kFloat32, {1, 2}));
  g.output(g.builder().emit(
      Rnn{.sequence = false},
      {g.input(tensor_type(DType::kFloat32, {1, 2})), g.constant(floats({2, 2}, {1, 0, 0, 1})),
       g.constant(floats({2, 2}, {0, 1, 1, 0})), g.constant(floats({2}, {0, 10})), h}));
  for (const bool as_written : {false, true}) {
    ASSERT_EQ(as_written ? g.load_written() : g.load(), "");
    ASSERT_EQ(g.run({floats({1, 2}, {1, 2})}), "");
    EXPECT_EQ(values_of<float>(g.results()[0]), (std::vector<float>{1, 12}));
    ASSERT_EQ(g.run({floats({1, 2}, {0, 0})}), "");
    EXPECT_EQ(values_of<float>(g.results()[0]), (std::vector<float>{12, 11}));
    ASSERT_EQ(g.run({floats({2, 2}, {1, 2, 3, 4})}), "");
    EXPECT_EQ(values_of<float>(g.results()[0]), (std::vector<float>{1, 12, 3, 14}));
  }
}

// TFLite's kernel does: with one batch, two walks are two runs of the other order.
TEST(Recurrent, RnnWalksATimeMajorSequenceOfQuantisedWeightsOnceAStep) {
  const auto outputs = [](bool time_major, Shape shape, int runs) {
    SmallGraph g;
    const auto weights = [&](float scale) {
      return g.constant(with_scale(tensor<std::int8_t>(DType::kInt8, {1, 1}, {100}), scale));
    };
    std::vector<ValueId> inputs(12, ValueId::kNone);
    inputs[0] = g.input(tensor_type(DType::kFloat32, shape));
    for (const std::size_t cell : {std::size_t{1}, std::size_t{5}}) {
      inputs[cell] = weights(0.01f);
      inputs[cell + 1] = weights(0.005f);
      inputs[cell + 2] = g.constant(floats({1}, {0.25f}));
      inputs[cell + 3] = g.builder().variable(cell == 1 ? "forward" : "backward",
                                              tensor_type(DType::kFloat32, {1, 1}));
    }
    g.output(g.builder().emit(
        BidirectionalSequenceRnn{.time_major = time_major, .merge_outputs = true}, inputs));
    EXPECT_EQ(g.load(), "");
    for (int i = 0; i < runs; ++i) EXPECT_EQ(g.run({floats(shape, {0.5f, -2})}), "");
    return values_of<float>(g.results()[0]);
  };
  EXPECT_EQ(outputs(true, {2, 1, 1}, 1), outputs(false, {1, 2, 1}, 2));
  EXPECT_NE(outputs(true, {2, 1, 1}, 1), outputs(false, {1, 2, 1}, 1));
}

TEST(Recurrent, SvdfRemembersItsFeatures) {
  SmallGraph g;
  const ValueId state = g.builder().variable("state", tensor_type(DType::kFloat32, {1, 6}));
  g.output(g.builder().emit(
      Svdf{.rank = 1},
      {g.input(tensor_type(DType::kFloat32, {1, 1})), g.constant(floats({2, 1}, {1, -1})),
       g.constant(floats({2, 3}, {100, 10, 1, 100, 10, 1})), ValueId::kNone, state}));
  ASSERT_EQ(g.load(), "");
  const std::vector<std::vector<float>> expected = {{1, -1}, {12, -12}, {123, -123}, {234, -234}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(g.run({floats({1, 1}, {static_cast<float>(i + 1)})}), "");
    EXPECT_EQ(values_of<float>(g.results()[0]), expected[i]) << i;
  }
}

}  // namespace
}  // namespace tare
