// Which versions of builtin operators are known. A later version means that an operator has learned
// something, which a reader of today would silently leave out.
#pragma once

namespace tare::tflite_format {

int newest_version(int code);

}  // namespace tare::tflite_format
