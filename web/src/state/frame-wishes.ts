/**
 * Fetches the frames of one job that somebody scrubs over. At most two requests are under way, the newest wish goes
 * next and those between are dropped, so that a fast hand never builds a queue; a few frames are remembered.
 */

import type { DecodedFrame } from '../api/frames';

const MOST_IN_FLIGHT = 2;
const MOST_BYTES = 64 * 1024 * 1024;
/** Of layouts so large that they alone exceed the bytes. */
const LEAST_FRAMES = 2;

export interface FrameWishParts {
  readonly fetch: (sequence: number, signal: AbortSignal) => Promise<DecodedFrame>;
  /** A frame is there: the one wished for last, or one wished for later than what was given before. */
  readonly onFrame: (frame: DecodedFrame) => void;
  /** The frame that was wished for last cannot be had. */
  readonly onFailure: (sequence: number, error: unknown) => void;
}

interface Wish {
  readonly sequence: number;
  readonly order: number;
}

export class FrameWishes {
  readonly #remembered = new Map<number, DecodedFrame>(); // least recently used first
  readonly #inFlight = new Set<number>();
  readonly #controller = new AbortController();
  #nBytes = 0;
  #nWishes = 0;
  #newest: Wish | null = null;
  #givenOrder = 0;

  constructor(private readonly parts: FrameWishParts) {}

  wish(sequence: number): void {
    this.#nWishes += 1;
    this.#newest = { sequence, order: this.#nWishes };
    const known = this.#remembered.get(sequence);
    if (known !== undefined) this.#give(known, this.#newest);
    else this.#fetchNewest();
  }

  /** Nothing is wished for any more; what is under way is remembered when it comes. */
  forgetWish(): void {
    this.#newest = null;
  }

  /** Ends what is under way; nothing is called back afterwards. */
  close(): void {
    this.#newest = null;
    this.#controller.abort();
  }

  #fetchNewest(): void {
    const wish = this.#newest;
    if (wish === null || this.#inFlight.size >= MOST_IN_FLIGHT || this.#inFlight.has(wish.sequence)) return;
    if (this.#remembered.has(wish.sequence)) return;
    this.#inFlight.add(wish.sequence);
    void this.#fetch(wish);
  }

  async #fetch(wish: Wish): Promise<void> {
    const { signal } = this.#controller;
    try {
      const frame = await this.parts.fetch(wish.sequence, signal);
      this.#inFlight.delete(wish.sequence);
      if (signal.aborted) return;
      this.#remember(wish.sequence, frame);
      this.#arrived(wish, frame);
    } catch (error) {
      this.#inFlight.delete(wish.sequence);
      if (signal.aborted) return;
      if (this.#newest?.sequence === wish.sequence) {
        this.#newest = null;
        this.parts.onFailure(wish.sequence, error);
      }
    }
    this.#fetchNewest();
  }

  #arrived(wish: Wish, frame: DecodedFrame): void {
    const newest = this.#newest;
    if (newest === null) return;
    // The same frame may have been wished for again meanwhile.
    const answered = newest.sequence === wish.sequence ? newest : wish;
    if (answered.order > this.#givenOrder) this.#give(frame, answered);
  }

  #give(frame: DecodedFrame, { sequence, order }: Wish): void {
    this.#remembered.delete(sequence);
    this.#remembered.set(sequence, frame);
    this.#givenOrder = order;
    this.parts.onFrame(frame);
  }

  #remember(sequence: number, frame: DecodedFrame): void {
    this.#remembered.set(sequence, frame);
    this.#nBytes += frame.values.byteLength;
    for (const [oldest, { values }] of this.#remembered) {
      if (this.#nBytes <= MOST_BYTES || this.#remembered.size <= LEAST_FRAMES) break;
      this.#remembered.delete(oldest);
      this.#nBytes -= values.byteLength;
    }
  }
}
