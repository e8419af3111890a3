/** Theme, panels, tools and the camera: how things look, not what they are. */

import { aimAt } from '../aim';
import type { ActionContext } from '../context';
import type { Actions } from '../model';
import { boundedPlace } from '../preferences';

type AppearanceActions = Pick<
  Actions,
  | 'setTheme'
  | 'setPanel'
  | 'setHelpOpen'
  | 'setAppearance'
  | 'setTool'
  | 'resetCamera'
  | 'zoomBy'
  | 'savePicture'
>;

export function appearanceActions({
  store,
  picture,
  download,
  report,
}: Pick<ActionContext, 'store' | 'picture' | 'download' | 'report'>): AppearanceActions {
  return {
    setTheme: (theme) => store.update({ theme }),
    setPanel: (side, change) =>
      store.update(({ panelPlaces }) => ({
        panelPlaces: { ...panelPlaces, [side]: boundedPlace({ ...panelPlaces[side], ...change }) },
      })),
    setHelpOpen: (helpOpen) => store.update({ helpOpen }),
    setAppearance: (appearance) => store.update({ appearance }),
    setTool: (tool) => store.update({ tool }),
    resetCamera: () => store.update(aimAt('home', { flight: true })),
    zoomBy: (factor) => picture.zoomBy(factor),
    savePicture: async () => {
      try {
        const { embedding } = store.state;
        const name = embedding.kind === 'ready' ? embedding.value.display_name : 'embedding';
        download(await picture.toPng(), `${fileName(name)}.png`);
      } catch (error) {
        report('Picture', error);
      }
    },
  };
}

/** A name that every file system takes. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || 'picture';
}
