/** Who I am to others, who else is here, and what I tell of myself. */

import type { Present } from '../api/generated/projector_contracts/api/v1/page_pb';
import type { WhereIAm } from '../api/page-socket';
import { freePlace } from '../domain/people-colors';
import { MOST_SHARED_ROWS } from '../domain/people-limits';
import { rowSet } from '../domain/selection';
import type { ActionContext } from './context';
import type { PeopleActions, PresentPage, State } from './model';

/** At most ten times a second. */
const PAUSE_MS = 100;
/** More pages than this nobody follows; those that came first stay. */
const MOST_PAGES = 300;
const NO_ROWS = new Uint32Array();

export class Presence {
  constructor(private readonly context: ActionContext) {}

  /** Asks who this browser is. */
  async meet(): Promise<void> {
    const { store, rest } = this.context;
    try {
      const me = await rest.session();
      store.update(({ people }) => ({ people: { ...people, me } }));
    } catch {
      // Without an answer this browser has no name, and everything else goes on.
    }
  }

  present(present: Present): void {
    this.context.store.update(({ people }) => {
      const known = people.pages.get(present.pageId);
      if (known === undefined && people.pages.size >= MOST_PAGES) return {};
      const page = pageOf(present, known?.place ?? placeFor(present.person?.id ?? '', people.pages));
      return { people: { ...people, pages: new Map(people.pages).set(present.pageId, page) } };
    });
  }

  gone(pageId: string): void {
    this.context.store.update(({ people }) => {
      const pages = new Map(people.pages);
      return pages.delete(pageId) ? { people: { ...people, pages } } : {};
    });
  }

  /** Nobody is known any more: the connection was lost, or another embedding is open. */
  clear(): void {
    this.context.store.update(({ people }) =>
      people.pages.size === 0 ? {} : { people: { ...people, pages: new Map() } },
    );
  }

  /** Tells where the page is from now on, at once and then at most ten times a second. */
  follow(tell: (where: WhereIAm) => void): () => void {
    let isPausing = false;
    let told: WhereIAm | null = null;
    const say = () => {
      const where = whereAmI(this.context.store.state);
      if (isPausing || (told !== null && isSame(told, where))) return;
      told = where;
      tell(where);
      isPausing = true;
      this.context.delay(() => {
        isPausing = false;
        say();
      }, PAUSE_MS);
    };
    say();
    return this.context.store.subscribe(say);
  }

  get actions(): PeopleActions {
    const { store, rest, report } = this.context;
    return {
      rename: async (name) => {
        try {
          const me = await rest.rename(name);
          store.update(({ people }) => ({ people: { ...people, me } }));
        } catch (error) {
          report('Name', error);
        }
      },
      setSharing: (isSharing) => store.update(({ people }) => ({ people: { ...people, isSharing } })),
      adoptSelection: (pageId) => {
        const { people, embedding } = store.state;
        const shared = people.pages.get(pageId)?.selection;
        if (!shared || embedding.kind !== 'ready') return;
        const nPoints = embedding.value.n_points;
        store.update({ selection: shared.filter((row) => row < nPoints) });
      },
    };
  }
}

/** What others may know: the pointer and the selection only while they are shared. */
export function whereAmI({ embedding, jobView, hoveredRow, selection, people }: State): WhereIAm {
  const { isSharing } = people;
  return {
    embeddingId: embedding.kind === 'ready' ? embedding.value.id : '',
    jobId: jobView?.job.id ?? '',
    isSharing,
    hoveredRow: isSharing ? hoveredRow : null,
    selectedRows: isSharing && selection.length <= MOST_SHARED_ROWS ? selection : NO_ROWS,
  };
}

function isSame(told: WhereIAm, now: WhereIAm): boolean {
  const fields = Object.keys(now) as (keyof WhereIAm)[];
  return fields.every((field) => Object.is(told[field], now[field]));
}

function pageOf(present: Present, place: number): PresentPage {
  const { pageId, person, jobId, isSharing, hoveredRow, selectedRows } = present;
  const nRows = Math.floor(selectedRows.byteLength / Uint32Array.BYTES_PER_ELEMENT);
  const rows = new Uint32Array(selectedRows.slice(0, 4 * nRows).buffer);
  return {
    pageId,
    person: { id: person?.id ?? '', name: person?.name ?? '' },
    place,
    jobId: jobId || null,
    isSharing,
    hoveredRow: hoveredRow ?? null,
    selection: rows.length > 0 ? rowSet(rows) : null,
  };
}

/** Pages of one person share a colour; people take the place that their id gives, or the next that is free. */
function placeFor(personId: string, pages: ReadonlyMap<string, PresentPage>): number {
  const all = [...pages.values()];
  const own = all.find(({ person }) => person.id === personId);
  return own?.place ?? freePlace(personId, new Set(all.map(({ place }) => place)));
}
