/**
 * Stems of names of data that must never be stored: forbidden by law (religion, genes, fingerprints, blood type, illness), or
 * left out by choice because it needs a warning and written approval (income, deposits, securities, insurance, real estate,
 * tax); credit-record.md, section 1.
 */
const FORBIDDEN_STEMS = [
  'religi', 'gene', 'genes', 'genetic', 'genome', 'dna', 'fingerprint', 'biometric', 'bloodtype', 'bloodgroup', 'illness', 'disease',
  'medical', 'diagnosis', 'health', 'income', 'salary', 'wage', 'deposit', 'securities', 'stockholding', 'insurance', 'realestate',
  'property', 'tax',
] as const; // prettier-ignore
/** Stems that are words of their own only: `general` and `gender` are unknown fields, not forbidden ones. */
const WHOLE_NAMES: ReadonlySet<string> = new Set(['gene', 'genes', 'dna']);

/** Does an unknown field, by its name in any case and spelling, hold data that must never be stored? */
export function isForbiddenField(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z]/g, '');
  return FORBIDDEN_STEMS.some((stem) => (WHOLE_NAMES.has(stem) ? plain === stem : plain.includes(stem)));
}
