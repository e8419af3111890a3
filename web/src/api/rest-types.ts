/** Short names for the generated REST types. */
import type { components } from './generated/rest';

type Schemas = components['schemas'];

export namespace Rest {
  export type Run = Schemas['Run'];
  export type EmbeddingSummary = Schemas['EmbeddingSummary'];
  export type Embedding = Schemas['Embedding'];
  export type Column = Schemas['Column'];
  export type Diagnosis = Schemas['Diagnosis'];
  export type Problem = Schemas['Problem'];
  export type Job = Schemas['Job'];
  export type JobSummary = Schemas['JobSummary'];
  export type JobRequest = Schemas['JobRequest'];
  export type FrameRef = Schemas['FrameRef'];
  export type Person = Schemas['Person'];
  export type Session = Schemas['Session'];
  export type Projection = Job['projection'];
  export type ForkRequest = Schemas['ForkRequest'];
  export type Supervision = Schemas['Supervision'];
  export type AppliedControl = Schemas['AppliedControl'];
  export type Control =
    | Schemas['PlainControl']
    | Schemas['SetLearningRate']
    | Schemas['SetExaggeration']
    | Schemas['Supervise'];
  export type Quality = Schemas['Quality'];
  export type Neighbors = Schemas['Neighbors'];
  /** What is left out takes its default. */
  export type NeighborsRequest = Partial<Schemas['NeighborsRequest']>;
  export type SearchRequest = Schemas['SearchRequest'];
  export type SearchResult = Schemas['SearchResult'];
  export type Collection = Schemas['Collection'];
  export type Bookmark = Schemas['Bookmark'];
  export type ListedBookmark = Schemas['ListedBookmark'];
  export type BookmarkRequest = Schemas['BookmarkRequest'];
  export type BookmarkChange = Schemas['BookmarkChange'];
  export type CollectionRequest = Schemas['CollectionRequest'];
  export type CollectionChange = Schemas['CollectionChange'];
  export type View = Schemas['View-Output'];
  export type ListedView = Schemas['ListedView'];
  export type UploadRules = Schemas['UploadRules'];
  export type UploadRequest = Schemas['UploadRequest'];
  export type ImportResult = Schemas['ImportResult'];
}
