// SPDX-License-Identifier: Apache-2.0
// What the worker tells the page: plain arrays and strings, ready to be shown. Keys from files
// are never used as property names here, so that a key such as "__proto__" is only text.

/** A part of a longer sequence that stays in the worker: `rows` are the first ones. */
export interface Seq<Row> {
  id: number;
  total: number;
  rows: Row[];
}

/** What stands in one place: a text, or a text with a way of showing it. */
export type Cell =
  | string
  /** A point in time: as the file says it, for calculating, and in nanoseconds if the file counts them. */
  | { t: 'time'; exact: string; ms: number; ns?: string }
  /** An exact figure and the same for people. */
  | { t: 'figure'; exact: string; text: string }
  /** A text with a long hexadecimal part, which is shortened. */
  | { t: 'id'; text: string }
  /** Hidden until clicked. */
  | { t: 'secret'; text: string }
  /** The beginning of a text that stays in the worker; `length` in UTF-16 units. */
  | { t: 'long'; head: string; length: number; id: number }
  /** Something a program reads: a path, a command, a number. */
  | { t: 'code'; text: string }
  /** One below the other. */
  | { t: 'lines'; items: Cell[] }
  /** Our word for an empty place. */
  | { t: 'none'; text: string }
  | { t: 'tags'; items: Cell[] }
  | { t: 'tree'; node: TreeRow };

/** A value in a tree, or a container whose children are fetched when it is opened. */
export interface TreeRow {
  /** null: an element of a list, which is told by its place. */
  key: string | null;
  cell?: Cell;
  /** Of a container. */
  holds?: 'object' | 'array';
  /** The container is JSON inside a string. */
  embedded?: boolean;
  children?: Seq<TreeRow>;
}

export type Block =
  | { t: 'facts'; rows: [label: string, cell: Cell][] }
  | { t: 'table'; head: string[]; seq: Seq<Cell[]> }
  | { t: 'list'; seq: Seq<string> }
  | { t: 'timeline'; events: TimelineEvent[] }
  | { t: 'sizes'; total: string; parts: SizePart[] }
  | { t: 'members'; seq: Seq<MemberRow> }
  | { t: 'note'; text: string };

/** What some of the bytes are. */
export interface SizePart {
  name: string;
  label: string;
  bytes: number;
  /** In words. */
  text: string;
}

/** A member of an archive, in the order of a tree, or a folder around some. */
export interface MemberRow {
  depth: number;
  /** The last part of the path. */
  name: string;
  path: string;
  /** How many members are below it; 0: it is none that is only thought. */
  below: number;
  /** In words; '' if it has none. */
  size: string;
  /** In words, unless it is a file or a folder. */
  type: string;
}

export interface TimelineEvent {
  label: string;
  /** null: not recorded. */
  time: Cell | null;
  /** How long after the event before, in words. */
  after: string;
}

export interface Section {
  title: string;
  blocks: Block[];
}

/** A line of a source frame. The marked part is `text.slice(from, to)`. */
export interface FrameLine {
  line: number;
  text: string;
  mark?: [from: number, to: number];
}

/** A line of the raw view; long lines are cut into several. */
export interface RawRow extends FrameLine {
  /** Not the beginning of the line. */
  continued: boolean;
}

export interface Problem {
  kind: 'syntax' | 'type' | 'time' | 'limit' | 'unreadable';
  rule: string;
  message: string;
  found: string;
  expected: string;
  /** 0: nowhere in the text. */
  line: number;
  column: number;
  offset: number;
  pointer: string;
  frame: FrameLine[];
}

/** `broken`: an archive that could be read only in part. */
export type Verdict = 'ok' | 'error' | 'unknown' | 'broken' | 'cancelled';

/** A metadata file in an archive. */
export interface FileInfo extends MemberInfo {
  verdict: Verdict;
  /** What is wrong with it. */
  message: string;
}

/** A checkpoint in an archive. */
export interface ArchiveReport {
  /** The source that its sequences and files belong to. */
  id: number;
  name: string;
  verdict: Verdict;
  /** What it is, in words. */
  about: string;
  /** Why reading broke off. */
  broken?: { message: string; where: string };
  sections: Section[];
  files: FileInfo[];
  members: Section;
  /** Of a pod: its containers. */
  containers: ArchiveReport[];
}

/** How far reading an archive has come. */
export interface ArchiveProgress {
  read: number;
  size: number;
  /** In words: how much, of how much, how fast. */
  text: string;
}

export interface Report {
  /** null: it could not be told; nothing was decoded. */
  kind: string | null;
  /** In words. */
  size: string;
  verdict: Verdict;
  problem?: Problem;
  /** The sections show what was filled before a problem. */
  partial: boolean;
  sections: Section[];
  /** Whether `raw` and `tree` have something to show. */
  raw: boolean;
  tree: boolean;
}

export interface MemberInfo {
  index: number;
  path: string;
  size: number;
  kind: string | null;
  /** The kind comes from the content, not from the name. */
  guessed: boolean;
}

/** Something that was given as one and has several members: a folder, loose files, an archive. */
export interface SourceInfo {
  id: number;
  /** '' for loose files. */
  name: string;
  /** Those that are worth a look of their own. */
  members: MemberInfo[];
  /** Paths and sizes of all others. */
  others: Seq<Cell[]>;
  /** It is an archive of this size, in words; its members are not known yet. */
  archive?: string;
}

/** A file on its way to the worker. */
export interface Given {
  /** Path inside of what was given; '' for text that was pasted. */
  path: string;
  blob: Blob;
}

/** A place in the worker that holds sequences and long texts: a source, or one of its members. */
export interface Place {
  source: number;
  /** Absent: the source itself. */
  member?: number;
}

/** What the page can ask the worker for. */
export interface Api {
  hello(): { kinds: string[] };
  open(given: Given[]): SourceInfo[];
  report(where: { source: number; member: number; kind?: string }): Report;
  rows(where: Place & { seq: number; from: number; count: number }): unknown[];
  find(where: Place & { seq: number; text: string }): Seq<string>;
  text(where: Place & { id: number; from: number; count: number }): string;
  tree(where: { source: number; member: number }): Seq<TreeRow>;
  raw(where: { source: number; member: number }): { seq: Seq<RawRow>; at: number };
  /** Opens an archive; null: that was cancelled. */
  archive(where: { source: number }): ArchiveReport | null;
  /** null: it is not being read. */
  progress(where: { source: number }): ArchiveProgress | null;
  cancel(where: { source: number }): void;
  close(where: { source: number }): void;
}
