// FlexBuffers, in which custom TFLite ops keep their options.
#pragma once

#ifndef FLATBUFFERS_LOCALE_INDEPENDENT
#define FLATBUFFERS_LOCALE_INDEPENDENT \
  0  // numbers written as strings are no options of ours; the locale's code stays out
#endif

#include "flatbuffers/flexbuffers.h"
