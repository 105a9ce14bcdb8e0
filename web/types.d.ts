// SPDX-License-Identifier: Apache-2.0
// What the worker tells the page: plain arrays and strings, ready to be shown. Keys from files
// are never used as property names here, so that a key such as "__proto__" is only text.

import type {
  Grid,
  GridRow,
  Talk,
  Board,
  SecretsFound,
  Details,
  Strip,
  MemoryBytes,
  HuntQuery,
  Hunted,
} from './types-inside.d.ts';

export type * from './types-inside.d.ts';

/** A part of a longer sequence that stays in the worker: `rows` are the first ones. */
export interface Seq<Row> {
  /** 0: all of it is here. */
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
  /** Hidden until clicked; `masked`: shown until then. */
  | { t: 'secret'; cell: Cell; masked?: Cell }
  /** The beginning of a text that stays in the worker; `length` in UTF-16 units. */
  | { t: 'long'; head: string; length: number; id: number }
  /** Something a program reads: a path, a command, a number. */
  | { t: 'code'; text: string }
  /** One below the other. */
  | { t: 'lines'; items: Cell[] }
  /** A text that leads to a place in a member, or in the memory of a process. */
  | { t: 'link'; text: string; to: (MemberPlace & Span) | { pid: number; address: string } }
  /** Our word for an empty place. */
  | { t: 'none'; text: string }
  | { t: 'tags'; items: Cell[] }
  | { t: 'tree'; node: TreeRow }
  /** What became of something, in words. */
  | { t: 'change'; change: string; text: string };

/** A value in a tree, or a container whose children are fetched when it is opened. */
export interface TreeRow {
  /** null: an element of a list, which is told by its place. */
  key: string | null;
  /** RFC 6901, from the root of the tree; of embedded JSON, from its own root. */
  pointer: string;
  cell?: Cell;
  /** Of a container. */
  holds?: 'object' | 'array';
  /** The container is JSON inside a string. */
  embedded?: boolean;
  children?: Seq<TreeRow>;
}

export type Block =
  | { t: 'facts'; rows: [label: string, cell: Cell][] }
  /** `wide`: the columns that share what is left; the others are as narrow as their content. */
  /** `wide`: columns that take what the others leave; `right`: columns of figures. */
  | { t: 'table'; head: string[]; seq: Seq<Cell[]>; wide?: number[]; right?: number[] }
  | { t: 'list'; seq: Seq<string> }
  | { t: 'timeline'; events: TimelineEvent[] }
  | { t: 'tree'; seq: Seq<TreeRow> }
  | { t: 'note'; text: string }
  /** One bar of parts; `share` from 0 to 1. */
  /** Points on a line; `at` from 0 to 1. */
  | {
      t: 'heat';
      label: string;
      rows: {
        label: string;
        parts: { width: number; share: number; change: string; title: string }[];
      }[];
    }
  | {
      t: 'axis';
      /** `at`, `room`: shares of the line; `left`: the label stands before its point. */
      lanes: {
        kind: string;
        name: string;
        points: { at: number; label: string; left: boolean; room: number }[];
      }[];
      ticks: { at: number; label: string }[];
      gaps: { at: number; label: string }[];
    }
  | { t: 'bar'; parts: { name: string; label: string; share: number }[] };

/** What some of the bytes are. */
export interface SizePart {
  name: string;
  label: string;
  bytes: number;
  /** In words. */
  text: string;
}

/** A row of the tree of members: a member, or a folder around some. */
export interface MemberRow {
  /** Of the row, for opening and closing it. */
  id: number;
  /** Of the member; -1: a folder that is no member itself. */
  index: number;
  depth: number;
  /** The last part of the path; of what was found by searching, the path. */
  name: string;
  folder: boolean;
  open: boolean;
  /** How many members are below it. */
  below: number;
  /** In words; '' if it has none. */
  size: string;
  /** Its share of all bytes, from 0 to 1. */
  share: number;
  /** In words, unless it is a file or a folder. */
  type: string;
  /** How many findings are about it. */
  findings: number;
}

export interface TimelineEvent {
  label: string;
  /** Or why there is none. */
  time: Cell;
  known: boolean;
  /** How long after the event before, in words. */
  after: string;
}

/** Some metadata, in a form for people. */
export interface Section {
  title: string;
  /** The member that says so. */
  source: string;
  /** Of that member; -1: there is none. */
  index: number;
  blocks: Block[];
}

/** A part of a comparison. */
export type Part = Pick<Section, 'title' | 'blocks'>;

/** Two checkpoints beside each other: the first is the earlier one. */
export interface Comparison {
  /** What was running; `noise`: differences that always are; `failure`: why it is not known. */
  running: { parts: Part[]; noise: number; gaps: number; failure?: string };
  sizes: {
    name: string;
    label: string;
    bytes: [number, number];
    /** In words. */
    texts: [string, string];
    /** '' if there is none. */
    difference: string;
  }[];
  parts: Part[];
  /** Findings of the first that the second does not have, by their numbers in the report. */
  gone: number[];
  /** Those that only the second has. */
  come: number[];
}

/** A line of a source frame. The marked part is `text.slice(from, to)`. */
export interface FrameLine {
  line: number;
  text: string;
  mark?: [from: number, to: number];
}

/** What the rules say: see ValidateOptions and Report of the API. */
export interface Report {
  counts: { error: number; warning: number; info: number };
  engine: { name: string; display: string };
  cut: { id: string; count: number }[];
  targets: Target[];
  trust: {
    level: 'clean' | 'suspicious' | 'hostile';
    reasons: Reason[];
  };
  /** What of the archive was looked at, and what was not. */
  coverage: { checked: string[]; notChecked: { what: string; why: string }[] };
  findings: Finding[];
}
/** Why a target does not restore it, or why it is not trusted; `finding`: its number, or -1. */
export interface Reason {
  id: string;
  message: string;
  finding: number;
}
export interface Target {
  name: string;
  version: string;
  verdict: 'restores' | 'conditional' | 'fails' | 'unknown';
  reasons: Reason[];
  conditions: { id: string; text: string; option: string; evidence: { finding: number } }[];
}
export type Severity = 'error' | 'warning' | 'info';
export interface Finding {
  id: string;
  severity: Severity;
  message: string;
  hint: string;
  member: string;
  pointer: string;
  offset: number | null;
  length: number | null;
  line: number | null;
  column: number | null;
  archiveOffset: number | null;
  /** In an image of CRIU: which message, and which field of it. */
  entry?: number | null;
  field?: string;
  found: string;
  expected: string;
  /** Targets that do not restore because of it; undefined in reports that do not say. */
  stops?: string[];
  related: {
    member: string;
    pointer: string;
    offset: number | null;
    length: number | null;
    line: number | null;
    column: number | null;
    message: string;
    index: number;
    inner?: number;
  }[];
  /** Of the member, for showing it; -1: there is none. Added by the worker. */
  index: number;
  /** The same for a member of an archive inside. */
  inner?: number;
}

/** A checkpoint, or what takes its place: all that the first views show. */
export interface Model {
  /** Of the container, else of the file. */
  title: string;
  /** What it is, in a few words each. */
  about: string[];
  engine: string;
  form: string;
  /** Why reading broke off; `limit`: not because of damage; `at`: how far it came, '': not known. */
  broken: { message: string; where: string; at: string; nothing: boolean; limit: boolean } | null;
  report: Report;
  identity: [label: string, cell: Cell][];
  timeline: TimelineEvent[];
  /** `checkpoint`: pages and images, as engines count them; '' if there are none. */
  sizes: { total: string; checkpoint: string; parts: SizePart[] };
  /** The largest members. */
  largest: MemberRow[];
  statistics: [label: string, cell: Cell][];
  /** There are images of processes. */
  images: boolean;
  /** The container wrote or deleted files. */
  changes: boolean;
  /** Views whose tables came with the page. */
  tables: string[];
  /** What tells which dumps are before it. */
  links: import('../wasm/api/chain.js').Links;
  /** When it was made, in milliseconds since 1970; 0: not known. */
  made: number;
  members: number;
  /** Whether there is metadata to show. */
  metadata: boolean;
  /** It is files that were given as such. */
  loose: boolean;
  /** It is one image of CRIU: what that holds, in words; else ''. */
  image: string;
  /** What the file is, if it is no checkpoint, in words; '' if that is not known. */
  what: string;
  /** What it is read as, if that was guessed or chosen; else ''. */
  kind: string;
}

/** Something that was given: an archive, a folder, loose files that belong together. */
export interface ItemHead {
  id: number;
  name: string;
  /** In words. */
  size: string;
  /** Of a container of a pod: that of the pod. */
  parent: number;
  /** Eight hexadecimal digits that tell the file from others; '' if there is none. */
  print: string;
}

/** How far reading an archive has come. */
export interface Progress {
  /** From 0 to 1. */
  share: number;
  /** In words: how much, of how much, how fast. */
  text: string;
}

/** How a member is shown: the members in it; an image of CRIU as its fields; JSON laid out; its lines; its bytes. */
export type Mode = 'list' | 'fields' | 'json' | 'text' | 'hex';

/** A member; `inner`: of one that is an archive, the member in it. */
export interface MemberPlace {
  index: number;
  inner?: number;
}

/** A member that is looked at. */
export interface FileView {
  path: string;
  /** In words. */
  size: string;
  bytes: number;
  /** Why there is nothing to see; '' if there is. */
  message: string;
  /** How it can be shown, the most fitting first. */
  modes: Mode[];
  /** Whether there are secrets in it, which are hidden at first. */
  secrets: boolean;
}

/** How to show the member that is open. */
export interface Look {
  mode: Mode;
  /** Of the bytes, how many there are in a row. */
  columns: number;
  /** Whether secrets are shown. */
  reveal: boolean;
  /** Which of the places found one is at; -1: none. */
  now: number;
  /** The byte to bring into view. */
  to?: number;
}
export interface Looked {
  seq: Seq<ContentRow>;
  /** The row of the byte that was asked for, or -1. */
  at: number;
  /** What is to be known about it; '' if nothing. */
  note: string;
}

/** A piece of a row, and what it is: key, string, number, word, fold, escape, zero, secret; here, match, now. */
export type Piece = [text: string, kind: string];
export interface ContentRow {
  /** The line of the file that begins here; 0: none does. */
  line: number;
  /** Instead of a line: the offset. */
  label?: string;
  /** Of the place that was asked for. */
  here: boolean;
  pieces: Piece[];
  /** The same bytes as characters. */
  ascii?: Piece[];
  /** Of JSON. */
  depth?: number;
  /** Of what can be folded. */
  open?: boolean;
}

/** What is told of the row one is at. */
export interface Spot {
  offset: number;
  /** From 1; 0: there are no lines. */
  line: number;
  column: number;
  /** RFC 6901; null: it is no JSON. */
  pointer: string | null;
}

/** What was found in a member. */
export interface Hits {
  total: number;
  /** There are more. */
  more: boolean;
  /** Instead: the byte that was asked for. */
  to?: number;
  /** The byte of the place to go to first, and which that is. */
  first?: { index: number; to: number };
}

/** A file on its way to the worker. */
export interface Given {
  /** Path inside of what was given; '' for text that was pasted. */
  path: string;
  blob: Blob;
}

/** A place in the bytes of a member. */
export interface Span {
  offset: number;
  length: number;
  /** Of a secret: it is NAME=VALUE, and the name is none. */
  variable?: boolean;
}

export type MemberSort = 'name' | 'size' | 'order';

/** A table that goes along with a page. */
export interface CarriedTable {
  view: string;
  head: Grid['head'];
  rows: { tone: GridRow['tone']; cells: string[] }[];
}

/** What goes along with a page: tables, the texts of metadata files, and the views that are too large for it. */
export interface Carried {
  tables: CarriedTable[];
  metadata?: Record<string, string>;
  left: string[];
}

/** A report that stands in the page, with the text of files that findings are about. */
export interface Embedded {
  report: Partial<Report> & {
    name?: string;
    form?: string;
    compression?: string;
    engine?: { name: string; display: string };
    container?: { name?: string; id?: string; image?: string };
    containers?: Embedded['report'][];
    /** The lines around its findings, secrets out. */
    frames?: unknown;
    /** Tables that were taken along, secrets out. */
    tables?: unknown;
    /** Texts of metadata files by their names, secrets out. */
    metadata?: unknown;
  };
  files?: Record<string, string>;
}

/** A member and its size; `index` -1: several of them. */
export interface Area {
  index: number;
  name: string;
  bytes: number;
  /** In words. */
  text: string;
  /** What it is a part of: see SizePart. */
  kind: string;
}

/** A target that is asked about; '': the engine that made it, any version. */
export interface TargetName {
  name: string;
  version: string;
  /** What `ckpt host` printed there; '': nothing is known of it. */
  host: string;
}

/** What was found by one search through all of an item but its memory. */
export interface Found {
  /** Members by their paths. */
  paths: { index: number; path: string }[];
  /** Values in metadata; `text`: the line around it. */
  values: { index: number; path: string; offset: number; length: number; text: string }[];
  /** Rows of tables. */
  rows: { view: string; row: number; text: string }[];
}

/** Checkpoints that are built in. */
export type Sample = 'healthy' | 'broken' | 'explore';

/** What the page can ask the worker for. */
export interface Api {
  hello(): { kinds: string[] };
  sample(what: { which: Sample }): Blob;
  /** Takes files; what is one item alone is read at once, for that target. */
  open(what: { given: Given[]; target: TargetName }): ItemHead[];
  /** Takes reports as if they had been made. */
  embed(reports: Embedded[]): ItemHead[];
  /** Opens and validates an item; null: that was cancelled. */
  read(where: { item: number; kind?: string; target?: TargetName }): {
    model: Model;
    containers: ItemHead[];
    /** Milliseconds. */
    took: number;
  } | null;
  /** Judges what was read for another target. */
  judge(where: { item: number; target: TargetName }): Report;
  /** null: it is not being read. */
  progress(where: { item: number }): Progress | null;
  cancel(where: { item: number }): void;
  close(where: { item: number }): void;
  /** Rows of a sequence. */
  rows(where: { seq: number; from: number; count: number }): unknown[];
  /** The rows of a sequence of texts that contain a text. */
  find(where: { seq: number; text: string }): Seq<string>;
  text(where: { id: number; from: number; count: number }): string;
  sections(where: { item: number }): Section[];
  /** What could not be read of the images, environments, credentials. */
  dump(where: { item: number }): Section[];
  /** A table of what was running. `pid` 0: of all processes; `row`: to be found in it. */
  grid(how: { item: number; view: string; text: string; pid: number; row?: number }): Grid;
  details(which: { item: number; view: string; row: number }): Details;
  board(which: { item: number }): Board;
  talks(which: { item: number }): Talk[];
  timeline(where: { item: number }): Section[];
  /** `deep`: searches memory as well, or stops doing so. */
  secrets(what: { item: number; deep?: 'start' | 'stop' }): SecretsFound;
  strip(which: { item: number; pid: number }): Strip;
  /** The bytes of a mapping. */
  memory(which: { item: number; row: number; columns: number; offset: number }): MemoryBytes;
  /** The mapping that an address lies in. */
  locate(where: {
    item: number;
    pid: number;
    address: string;
  }): { row: number; offset: number } | null;
  /** Other items hold what the page maps of an item refer to, the latest first: what it is with them. */
  previous(which: { item: number; others: number[]; target: TargetName }): Report;
  hunt(what: { item: number } & HuntQuery): void;
  hunted(how: { item: number; reveal: boolean; stop?: boolean }): Hunted | null;
  seek(what: { item: number; text: string }): Found;
  usage(how: { item: number; pages: boolean }): Section[];
  /** The largest members, the largest first, and the rest of them together. */
  areas(where: { item: number }): Area[];
  /** How far looking at the pages has come, from 0 to 1. */
  usageShare(where: { item: number }): number;
  /** The tree of members, or those whose path contains a text. `toggle`: a row to open or close. */
  members(where: { item: number; text: string; sort: MemberSort; toggle?: number }): Seq<MemberRow>;
  /** What goes along with a page, secrets out. */
  carried(which: { item: number; views: string[] }): Carried;
  /** The lines around each of some findings; empty if there are none. */
  frames(where: { item: number; findings: number[] }): FrameLine[][];
  /** Opens a member; what follows is about the one that is open. */
  file(where: { item: number; span?: Span } & MemberPlace): FileView;
  look(how: { item: number } & Look): Looked;
  /** Folds or unfolds a row of JSON, or all of it. */
  fold(what: { item: number; row?: number; all?: boolean }): void;
  /** `from`: the byte to search from first. */
  search(what: { item: number; text: string; mode: Mode; from: number }): Hits;
  /** Where a place is that was found. */
  hit(where: { item: number; index: number }): number;
  spot(where: { item: number; mode: Mode; columns: number; row: number }): Spot;
  /** The text of the value that begins in a row of JSON. */
  value(where: { item: number; row: number }): string;
  compare(what: { a: number; b: number }): Comparison;
  /** The members of a member that is an archive. */
  inside(where: { item: number; index: number; text: string; toggle?: number }): Seq<MemberRow>;
  /** A member as a file; null: it was given up. */
  save(where: { item: number } & MemberPlace): Blob | null;
  /** How far saving has come, from 0 to 1; -1: nothing is being saved. */
  saving(where: { item: number; stop?: boolean }): number;
  /** A file made of an item; null: it was stopped. */
  make(
    what: { item: number } & import('./worker/make.js').Wanted,
  ): import('./worker/make.js').Made | null;
  stopMaking(what: { item: number }): void;
}
