import { combined, NO_ROWS } from '../../domain/selection';
import type { Actions } from '../model';
import type { StateWriter } from '../store';

type SelectionActions = Pick<Actions, 'select' | 'clearSelection' | 'hover'>;

export function selectionActions(store: StateWriter, clearNeighbors: () => void): SelectionActions {
  const replace = (selection: Uint32Array) => {
    const { neighbors } = store.state;
    if (neighbors && !(selection.length === 1 && selection[0] === neighbors.row)) clearNeighbors();
    store.update({ selection });
  };
  return {
    select: (rows, mode) => replace(combined(store.state.selection, rows, mode)),
    clearSelection: () => replace(NO_ROWS),
    hover: (hoveredRow) => store.update({ hoveredRow }),
  };
}
