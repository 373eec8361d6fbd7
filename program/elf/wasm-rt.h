/* What wasm2c (wabt 1.0.32) asks of its runtime, for the proof machine: one memory that never grows, no tables. */
#ifndef WASM_RT_H_
#define WASM_RT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { WASM_RT_I32, WASM_RT_I64, WASM_RT_F32, WASM_RT_F64 } wasm_rt_type_t;

typedef struct {
  uint32_t pages;
} wasm_rt_memory_t;

static inline uint32_t wasm_rt_register_func_type(uint32_t parameters, uint32_t results, ...) {
  (void)parameters;
  (void)results;
  return 0;
}

static inline void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t maximum) {
  (void)maximum;
  memory->pages = pages;
}

/* The memory has its maximum from the start (the build checks that): growing it fails, as it does in V8. */
static inline uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  return pages == 0 ? memory->pages : UINT32_MAX;
}

static inline void wasm_rt_free_memory(wasm_rt_memory_t *memory) {
  (void)memory;
}

static inline bool wasm_rt_is_initialized(void) {
  return true;
}

#endif
