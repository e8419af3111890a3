/** Composition root of the page: builds everything once and puts it together. */

import { announcePoints } from './announcer';
import { fileSender } from './api/file-sender';
import { Http, sleep } from './api/http';
import { PageSocket } from './api/page-socket';
import { RestApi } from './api/rest';
import { JobSocket } from './api/socket';
import { decodeImage, delay, download, onVisibility, socketEnvironment, systemTheme } from './browser';
import { listenToKeys } from './keyboard';
import { publishShown } from './observed';
import { App } from './panels/app';
import { createScene } from './scene';
import type { Scene } from './scene/scene-api';
import { type Flows, flows } from './state/actions';
import { notifier } from './state/actions/notices';
import { Connection } from './state/connection';
import { type ActionContext, EmbeddingScope } from './state/context';
import { followHistory } from './state/history';
import { initialState } from './state/initial';
import type { Store } from './state/model';
import { readPreferences, writePreferences } from './state/preferences';
import { linkScene, sceneCallbacks } from './state/scene-link';
import { SCENE_PALETTES } from './state/scene-palettes';
import { shownTheme } from './state/selectors';
import { spriteAtlas } from './state/sprite-atlas';
import { StateStore, storeWith } from './state/store';

const PICTURE_SCALE = 2;
const storage = () => localStorage;

async function start(): Promise<void> {
  const dark = systemTheme();
  const states = new StateStore(initialState(readPreferences(storage), dark.matches ? 'dark' : 'light'));
  const notices = notifier(states);
  let scene: Scene | null = null;

  const http = new Http({
    fetch: (...request) => fetch(...request),
    baseUrl: document.baseURI,
    sleep,
    onReachable: (reachable) => connection.observed(reachable),
  });
  const rest = new RestApi(http);
  const context: ActionContext = {
    store: states,
    rest,
    scope: new EmbeddingScope(),
    picture: {
      camera: () => scene?.camera() ?? null,
      zoomBy: (factor) => scene?.zoomBy(factor),
      toPng: () => scene?.toPng(PICTURE_SCALE) ?? Promise.reject(new Error('Nothing is drawn yet.')),
    },
    watchJob: (id, listener) =>
      new JobSocket((after) => rest.jobEventsUrl(id, after), listener, socketEnvironment),
    sendFile: fileSender(() => new XMLHttpRequest()),
    decodeImage,
    download,
    delay,
    pageUrl: () => new URL(location.href),
    notify: notices.notify,
    report: notices.report,
  };
  const page = flows(context, () => connection.doubt(), socketEnvironment.isHidden);
  const { actions, visit, loadRuns, refreshLegend } = page;
  const store: Store = storeWith(states, { ...actions, ...notices.actions });
  const connection = new Connection({
    store: states,
    ping: () => http.ping(),
    delay,
    onReturn: () => {
      const { runs, embedding, sprite } = states.state;
      if (runs.kind === 'failed' || embedding.kind === 'failed') void store.actions.reload();
      else if (sprite.kind === 'failed') scene?.reloadSprite();
    },
  });

  scene = await mount(store, states, context);
  followPreferences(states, dark, refreshLegend);
  // Whoever is nobody yet becomes somebody before anything is done in their name.
  await Promise.all([loadRuns(), page.presence.meet()]);
  await followHistory({ window, store: states, delay, visit });
  listen(page, rest);
}

/** Hears what changes, and tells where the page is. */
function listen({ jobs, presence, runsChanged }: Flows, rest: RestApi): void {
  const socket = new PageSocket(
    rest.pageEventsUrl(),
    {
      onRunsChanged: () => void runsChanged(),
      onJobsChanged: (embeddingId) => jobs.changed(embeddingId),
      onPresent: (present) => presence.present(present),
      onGone: (pageId) => presence.gone(pageId),
      onLost: () => presence.clear(),
    },
    socketEnvironment,
  );
  presence.follow((where) => socket.tell(where));
  onVisibility(() => {
    if (!socketEnvironment.isHidden()) jobs.changed(null);
  });
}

/** Puts the panels and the scene into the document. */
async function mount(store: Store, states: StateStore, context: ActionContext): Promise<Scene> {
  const app = new App();
  app.store = store;
  document.body.append(app);
  await app.updateComplete;
  const container = app.querySelector<HTMLElement>('.cloud');
  if (container === null) throw new Error('The page has no place for the cloud.');
  const scene = createScene(
    container,
    SCENE_PALETTES[shownTheme(store.state)],
    sceneCallbacks(store, states, context.notify),
  );
  linkScene(store, scene, (embedding) => spriteAtlas(context, embedding));
  listenToKeys(document, store, scene);
  publishShown(document.documentElement, store, scene);
  announcePoints(liveRegion(), store);
  return scene;
}

function liveRegion(): HTMLElement {
  const region = document.createElement('div');
  region.className = 'visually-hidden';
  region.setAttribute('aria-live', 'polite');
  document.body.append(region);
  return region;
}

/** Remembers themes and panels, and follows the system's theme. */
function followPreferences(states: StateStore, dark: MediaQueryList, refreshLegend: () => void): void {
  dark.addEventListener('change', () => states.update({ systemTheme: dark.matches ? 'dark' : 'light' }));
  states.subscribe((state, previous) => {
    if (state.theme !== previous.theme || state.panelPlaces !== previous.panelPlaces) {
      writePreferences(storage, state);
    }
    const theme = shownTheme(state);
    if (theme === shownTheme(previous)) return;
    document.documentElement.dataset.theme = theme;
    refreshLegend();
  });
}

void start();
