/** A WebGL 2 context that draws nothing and counts what lives on the GPU. */

type GlFunction = (...given: unknown[]) => unknown;

const LARGEST_TEXTURE_PX = 4096;

export class FakeGpu {
  /** Objects by kind: Buffer, Texture, Program, Shader, VertexArray ... */
  readonly #live = new Map<string, Set<object>>();
  readonly #numbers = new Map<string | symbol, number>();
  readonly #names: string[] = [];
  clearColor: readonly [number, number, number] = [0, 0, 0];
  isGivenBack = false;

  readonly context = new Proxy({} as WebGL2RenderingContext, {
    get: (_, name) => (typeof name === 'string' ? this.#member(name) : undefined),
  });

  /** How many objects of a kind live; of all kinds when none is named. */
  live(kind?: string): number {
    if (kind !== undefined) return this.#live.get(kind)?.size ?? 0;
    return [...this.#live.values()].reduce((sum, objects) => sum + objects.size, 0);
  }

  #member(name: string): unknown {
    if (/^[A-Z][A-Z0-9_]+$/.test(name)) return this.#constant(name);
    const kind = name.match(/^(?:create|delete)(\w+)$/)?.[1];
    if (kind && name.startsWith('create')) return () => this.#create(kind);
    if (kind) return (object: object | null) => object && this.#live.get(kind)?.delete(object);
    return this.#functions[name] ?? (() => undefined);
  }

  #create(kind: string): object {
    const object = { kind };
    this.#live.set(kind, (this.#live.get(kind) ?? new Set()).add(object));
    return object;
  }

  #constant(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#names.push(name);
    this.#numbers.set(name, this.#names.length);
    return this.#names.length;
  }

  #nameOf(constant: unknown): string {
    return this.#names[(constant as number) - 1] ?? '';
  }

  readonly #functions: Readonly<Record<string, GlFunction>> = {
    clearColor: (red, green, blue) => {
      this.clearColor = [Number(red), Number(green), Number(blue)];
    },
    getContextAttributes: () => ({}),
    isContextLost: () => false,
    getExtension: (name) => {
      if (name !== 'WEBGL_lose_context') return null;
      return {
        loseContext: () => {
          this.isGivenBack = true;
        },
      };
    },
    getError: () => 0,
    getShaderPrecisionFormat: () => ({ precision: 23, rangeMin: 127, rangeMax: 127 }),
    getProgramInfoLog: () => '',
    getShaderInfoLog: () => '',
    getAttribLocation: () => -1,
    getUniformLocation: () => ({}),
    getProgramParameter: (_, what) => {
      const name = this.#nameOf(what);
      return name === 'ACTIVE_UNIFORMS' || name === 'ACTIVE_ATTRIBUTES' ? 0 : true;
    },
    getParameter: (what) => {
      const name = this.#nameOf(what);
      if (name === 'VERSION') return 'WebGL 2.0';
      if (name === 'SHADING_LANGUAGE_VERSION') return 'WebGL GLSL ES 3.00';
      if (name === 'SCISSOR_BOX' || name === 'VIEWPORT') return Int32Array.of(0, 0, 1, 1);
      return name === 'MAX_TEXTURE_SIZE' ? LARGEST_TEXTURE_PX : 16;
    },
  };
}
