// XNNPACK's gemm-config.c asks the page, through a function in JavaScript, for its number of cores, and takes the
// kernels for machines with AVX above four. The answer is fixed here: every current x86 has AVX, the other set of
// kernels stays out of the file, and the SIMD build imports nothing that the relaxed one does not. Only that file sees
// this folder.
#pragma once

#define EM_JS(type, name, parameters, ...) \
  static type name parameters { return 8; }
