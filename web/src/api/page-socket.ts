/** What an open page is told without asking, over one WebSocket that lasts as long as the page. */

import { fromBinary } from '@bufbuild/protobuf';
import { PageEventSchema } from './generated/projector_contracts/api/v1/page_pb';
import { type LastingEnvironment, LastingSocket } from './lasting-socket';

export interface PageListener {
  /** Runs, checkpoints or files have changed, or may have while the page was not connected. */
  readonly onRunsChanged: () => void;
}

export function listenToPageEvents(
  url: string,
  listener: PageListener,
  environment: LastingEnvironment,
): LastingSocket {
  let wasLost = false;
  return new LastingSocket(
    () => url,
    {
      onOpen: () => {
        if (wasLost) listener.onRunsChanged();
      },
      onMessage: (content) => {
        const { event } = fromBinary(PageEventSchema, new Uint8Array(content));
        if (event.case === 'runsChanged') listener.onRunsChanged();
      },
      onLost: () => {
        wasLost = true;
      },
      onEnd: () => {},
    },
    environment,
  );
}
