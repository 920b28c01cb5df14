// The enums of the schema for ours.
#include "ports/tflite_writer.h"

namespace tare {

tflite::ActivationFunctionType TfliteWriter::activation(Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return tflite::ActivationFunctionType_NONE;
    case Activation::kRelu:
      return tflite::ActivationFunctionType_RELU;
    case Activation::kReluN1To1:
      return tflite::ActivationFunctionType_RELU_N1_TO_1;
    case Activation::kRelu6:
      return tflite::ActivationFunctionType_RELU6;
    case Activation::kTanh:
      return tflite::ActivationFunctionType_TANH;
    case Activation::kSignBit:
      return tflite::ActivationFunctionType_SIGN_BIT;
  }
  return tflite::ActivationFunctionType_NONE;
}

tflite::Padding TfliteWriter::padding(Padding padding) {
  return padding == Padding::kSame ? tflite::Padding_SAME : tflite::Padding_VALID;
}

}  // namespace tare
