// The glue that Emscripten makes of src/wasm/bindings.cpp. scripts/build_web.mjs resolves this name to the engine that
// is being packaged: the general one, or the small one of the price page.

declare module 'tare-engine' {
  export interface Engine {
    HEAPU8: Uint8Array<ArrayBuffer>;
    _tare_run(): number;
    addFile(name: string, size: number): number;
    missing(): string;
    load(): string;
    error(): string;
    report(): string;
    setOption(name: string, value: number): void;
    pushText(text: string): void;
    setNames(inputs: boolean): void;
    setStrings(input: number): boolean;
    words(count: number): number;
    prepare(signature: number): boolean;
    input(i: number): number;
    output(i: number): number;
    reset(): void;
  }

  export interface EngineOptions {
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): Record<string, never>;
  }

  export default function createEngine(options: EngineOptions): Promise<Engine>;
}
