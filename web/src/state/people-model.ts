/** Who else is here. */

import type { Rest } from '../api/rest-types';

/** An open page of somebody on the same embedding. */
export interface PresentPage {
  readonly pageId: string;
  readonly person: Rest.Person;
  readonly place: number; // of the person's colour
  readonly jobId: string | null; // that it watches
  readonly isSharing: boolean;
  readonly hoveredRow: number | null;
  readonly selection: Uint32Array | null; // original rows, ascending; null: none is shared
}

export interface PeopleState {
  readonly me: Rest.Session | null; // null: not known yet, or the gateway knows nobody
  readonly isSharing: boolean; // my pointer and my selection
  readonly pages: ReadonlyMap<string, PresentPage>; // by page id, my own left out
}

export interface PeopleActions {
  /** Changes the name that others see. */
  rename(name: string): Promise<void>;
  setSharing(isSharing: boolean): void;
  /** Selects what somebody shares. */
  adoptSelection(pageId: string): void;
}
