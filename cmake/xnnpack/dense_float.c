// What an engine of dense layers in float32 leaves out of XNNPACK: the configurations of every
// other element type, and the nodes that only rewriting to such a type inserts. XNNPACK takes the
// answer as "not on this machine". Linked with -Wl,--wrap for each name (cmake/wasm.cmake), so that
// the linker drops the kernels behind them.
#include <stddef.h>
#include <xnnpack.h>

#define WITHOUT_CONFIG(name) \
  const void* __wrap_xnn_init_##name##_config(void) { return NULL; }

WITHOUT_CONFIG(f16_gemm)
WITHOUT_CONFIG(f32_qc4w_gemm)
WITHOUT_CONFIG(f32_qc8w_gemm)
WITHOUT_CONFIG(pf32_gemm)
WITHOUT_CONFIG(qd8_f16_qb4w_gemm)
WITHOUT_CONFIG(qd8_f16_qc4w_gemm)
WITHOUT_CONFIG(qd8_f16_qc8w_gemm)
WITHOUT_CONFIG(qd8_f32_qb4w_gemm)
WITHOUT_CONFIG(qd8_f32_qc4w_gemm)
WITHOUT_CONFIG(qd8_f32_qc8w_gemm)
WITHOUT_CONFIG(qp8_f32_qb4w_gemm)
WITHOUT_CONFIG(qp8_f32_qc4w_gemm)
WITHOUT_CONFIG(qs8_qc8w_gemm)
WITHOUT_CONFIG(qu8_gemm)
WITHOUT_CONFIG(x8_lut)

enum xnn_status __wrap_xnn_define_unary(xnn_subgraph_t subgraph, enum xnn_unary_operator type,
                                        const union xnn_unary_params* params, uint32_t input_id,
                                        uint32_t output_id, uint32_t flags) {
  (void)subgraph, (void)type, (void)params, (void)input_id, (void)output_id, (void)flags;
  return xnn_status_unsupported_parameter;
}
