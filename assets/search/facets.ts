// What each document has of each facet, and how many documents that makes.

import type { Files } from "./files.ts";
import type { Counts, Filters } from "./rank.ts";

/** A Facet is a filter with its values, in the order to be shown. */
export interface Facet {
  id: string;
  label: string;
  /** code, label */
  values: [string, string][];
}

interface Column extends Facet {
  /** numbers of values */
  sets: number[][];
  /** the set of each document */
  docs: Int32Array;
}

export interface FacetTable {
  facets: Facet[];
  /** days since 1970-01-01 of each document, 0 for unknown */
  dates: Int32Array;
  /**
   * filter takes documents out of the tiers that have none of a facet's chosen
   * codes. A code is counted where the other facets let the document pass.
   */
  filter(filters: Filters, tiers: Uint8Array): Counts;
}

interface Raw {
  facets: (Facet & { sets: number[][]; docs: number[] })[];
  dates: number[];
}

// spread writes runs out.
function spread(runs: number[], docs: number): Int32Array {
  const list = new Int32Array(docs);
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) list.fill(runs[i]!, at, (at += runs[i + 1]!));
  if (at !== docs) throw new Error("broken-facets");
  return list;
}

export function loadFacets(files: Files): Promise<FacetTable> {
  return files.keep("facets", async () => {
    const { facets, dates } = await files.json<Raw>("f");
    const { docs } = files.manifest;
    const columns = facets.map((facet) => ({ ...facet, docs: spread(facet.docs, docs) }));
    return { facets, dates: spread(dates, docs), filter: (filters, tiers) => filter(columns, filters, tiers) };
  });
}

function filter(facets: Column[], filters: Filters, tiers: Uint8Array): Counts {
  // For each facet, which sets pass, and how many documents each set has.
  const columns = facets.map(({ id, values, sets, docs }) => {
    const codes = filters[id] || [];
    const passes = sets.map((set) => !codes.length || set.some((value) => codes.includes(values[value]![0])));
    return { id, values, sets, docs, passes, counts: sets.map(() => 0) };
  });
  tiers.forEach((tier, doc) => {
    if (!tier) return;
    const against = columns.filter(({ docs, passes }) => !passes[docs[doc]!]);
    if (against.length) tiers[doc] = 0;
    if (against.length > 1) return;
    for (const { docs, counts } of against.length ? against : columns) counts[docs[doc]!]!++;
  });
  const all: Counts = {};
  for (const { id, values, sets, counts } of columns) {
    const byCode: { [code: string]: number } = (all[id] = {});
    for (const [code] of values) byCode[code] = 0;
    sets.forEach((set, n) => {
      for (const value of set) byCode[values[value]![0]]! += counts[n]!;
    });
  }
  return all;
}
