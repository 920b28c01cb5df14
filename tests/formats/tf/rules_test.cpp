// Every op that TF.js's converter lets through has a rule, or is refused by a rule that says why.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "ir/facets.h"

namespace tare {
namespace {

// The op tables of TF.js's converter (tensorflowjs 4.22.0), in order.
// clang-format off
constexpr std::string_view kOps[] = {
    "Abs", "Acos", "Acosh", "Add", "AddN", "AddV2", "All", "Any", "ArgMax", "ArgMin", "Asin",
    "Asinh", "Atan", "Atan2", "Atanh", "AvgPool", "AvgPool3D", "BatchMatMul", "BatchMatMulV2",
    "BatchToSpaceND", "BiasAdd", "Bincount", "BitwiseAnd", "BroadcastArgs", "BroadcastTo", "Cast",
    "Ceil", "ClipByValue", "Complex", "ComplexAbs", "Concat", "ConcatV2", "Const", "Conv1D",
    "Conv2D", "Conv2DBackpropInput", "Conv3D", "Cos", "Cosh", "CropAndResize", "Cumprod",
    "Cumsum", "DenseBincount", "DepthToSpace", "DepthwiseConv2d", "DepthwiseConv2dNative",
    "Dilation2D", "Div", "DivNoNan", "Einsum", "Elu", "EmptyTensorList", "EnsureShape", "Enter",
    "Equal", "Erf", "EuclideanNorm", "Exit", "Exp", "ExpandDims", "Expm1", "FFT",
    "FakeQuantWithMinMaxVars", "Fill", "Floor", "FloorDiv", "FloorMod", "FusedBatchNorm",
    "FusedBatchNormV2", "FusedBatchNormV3", "FusedDepthwiseConv2dNative", "Gather", "GatherNd",
    "GatherV2", "Greater", "GreaterEqual", "HashTable", "HashTableV2", "IFFT", "IRFFT",
    "Identity", "IdentityN", "If", "Imag", "ImageProjectiveTransformV3", "InitializeTable",
    "InitializeTableV2", "IsFinite", "IsInf", "IsNan", "LRN", "LeakyRelu", "Less", "LessEqual",
    "LinSpace", "ListDiff", "Log", "Log1p", "LogSoftmax", "LogicalAnd", "LogicalNot", "LogicalOr",
    "LookupTableFind", "LookupTableFindV2", "LookupTableImport", "LookupTableImportV2",
    "LookupTableSize", "LookupTableSizeV2", "LoopCond", "LowerBound", "MatMul", "MatrixBandPart",
    "Max", "MaxPool", "MaxPool3D", "MaxPoolWithArgmax", "Maximum", "Mean", "Merge", "Min",
    "Minimum", "MirrorPad", "Mod", "Mul", "Multinomial", "Neg", "NextIteration", "NoOp",
    "NonMaxSuppressionV2", "NonMaxSuppressionV3", "NonMaxSuppressionV4", "NonMaxSuppressionV5",
    "NotEqual", "OneHot", "Ones", "OnesLike", "Pack", "Pad", "PadV2", "Placeholder",
    "PlaceholderWithDefault", "Pow", "Prelu", "Print", "Prod", "RFFT", "RaggedGather",
    "RaggedRange", "RaggedTensorToTensor", "RandomStandardNormal", "RandomUniform",
    "RandomUniformInt", "Range", "Rank", "Real", "RealDiv", "Reciprocal", "Relu", "Relu6",
    "Reshape", "ResizeBilinear", "ResizeNearestNeighbor", "Reverse", "ReverseV2", "Round",
    "Rsqrt", "ScatterNd", "Select", "SelectV2", "Selu", "Shape", "ShapeN", "Sigmoid", "Sign",
    "SimpleMLCreateModelResource", "SimpleMLInferenceOpWithHandle",
    "SimpleMLLoadModelFromPathWithHandle", "Sin", "Sinh", "Size", "Slice", "Snapshot", "Softmax",
    "Softplus", "SpaceToBatchND", "SparseFillEmptyRows", "SparseReshape", "SparseSegmentMean",
    "SparseSegmentSum", "SparseToDense", "Split", "SplitV", "Sqrt", "Square", "SquaredDifference",
    "Squeeze", "StatelessIf", "StatelessWhile", "StaticRegexReplace", "StopGradient",
    "StridedSlice", "StringNGrams", "StringSplit", "StringToHashBucketFast", "Sub", "Sum",
    "Switch", "Tan", "Tanh", "TensorArrayCloseV3", "TensorArrayConcatV3", "TensorArrayGatherV3",
    "TensorArrayReadV3", "TensorArrayScatterV3", "TensorArraySizeV3", "TensorArraySplitV3",
    "TensorArrayV3", "TensorArrayWriteV3", "TensorListConcat", "TensorListConcatV2",
    "TensorListFromTensor", "TensorListGather", "TensorListGetItem", "TensorListLength",
    "TensorListPopBack", "TensorListPushBack", "TensorListReserve", "TensorListResize",
    "TensorListScatter", "TensorListScatterV2", "TensorListSetItem", "TensorListSplit",
    "TensorListStack", "TensorScatterUpdate", "Tile", "TopKV2", "Transpose", "TruncatedNormal",
    "Unique", "UniqueV2", "Unpack", "UpperBound", "Where", "While", "Zeros", "ZerosLike",
    "_FusedConv2D", "_FusedMatMul"
};
// clang-format on

// Which the importer reads itself: weights, inputs, and the frames of version 1 that become loops
// and branches before any rule is asked.
const std::set<std::string_view> kImported = {"Const", "Enter",         "Exit",        "LoopCond",
                                              "Merge", "NextIteration", "Placeholder", "Switch"};

TEST(TfRules, ReadEveryOpOfTheConverter) {
  static_assert(std::size(kOps) == 248);
  for (const std::string_view op : kOps) {
    EXPECT_NE(find_read_tf(op) != nullptr, kImported.contains(op)) << op;
  }
}

// What TensorFlow itself can no longer run is read as what took its place.
TEST(TfRules, ReadOldNamesAsNewOnes) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"AccumulateNV2", "AddN"},
      {"BatchCholesky", "Cholesky"},
      {"BatchFFT", "FFT"},
      {"BatchFFT2D", "FFT2D"},
      {"BatchFFT3D", "FFT3D"},
      {"BatchIFFT", "IFFT"},
      {"BatchIFFT2D", "IFFT2D"},
      {"BatchIFFT3D", "IFFT3D"},
      {"BatchMatrixBandPart", "MatrixBandPart"},
      {"BatchMatrixDeterminant", "MatrixDeterminant"},
      {"BatchMatrixDiag", "MatrixDiag"},
      {"BatchMatrixDiagPart", "MatrixDiagPart"},
      {"BatchMatrixInverse", "MatrixInverse"},
      {"BatchMatrixSetDiag", "MatrixSetDiag"},
      {"BatchMatrixSolve", "MatrixSolve"},
      {"BatchMatrixTriangularSolve", "MatrixTriangularSolve"},
      {"GuaranteeConst", "Identity"},
      {"RefIdentity", "Identity"},
      {"SegmentMaxV2", "UnsortedSegmentMax"},
      {"SegmentMinV2", "UnsortedSegmentMin"},
      {"SegmentProdV2", "UnsortedSegmentProd"},
      {"SegmentSumV2", "UnsortedSegmentSum"}};
  for (const auto& [old, now] : kNames) {
    ASSERT_NE(find_read_tf(old), nullptr) << old;
    EXPECT_EQ(find_read_tf(old)->read, find_read_tf(now)->read) << old;
  }
}

TEST(TfRules, NameEachOpOnce) {
  std::set<std::string_view> seen;
  for (const ReadTfFacet* facet : read_tf_table())
    EXPECT_TRUE(seen.insert(facet->op).second) << facet->op << " has two rules";
}

}  // namespace
}  // namespace tare
