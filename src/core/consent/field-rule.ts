import type { FieldCatalogue, FieldEntry, LocalText } from '../credit/field-catalogue';
import { type InstitutionKind, isRecipientRole, KIND_OF_ROLE, type Role, ROLES } from '../identity/actor';
import type { LegalBasis } from './consent';
import { legalBasisOf } from './grant-rules';
import { type Purpose, PURPOSE_LIMITS, PURPOSES } from './purpose';

/** Purposes that a field is open to. */
export function purposesOf({ cluster }: Pick<FieldEntry, 'cluster'>): readonly Purpose[] {
  return PURPOSES.filter((purpose) => PURPOSE_LIMITS[purpose].clusters.has(cluster));
}

/** Roles that may be shown a value of a field: recipients by consent, those who may preview what recipients see. */
export function rolesOf(entry: Pick<FieldEntry, 'cluster'>): readonly Role[] {
  const kinds = new Set<InstitutionKind>(purposesOf(entry).map((purpose) => PURPOSE_LIMITS[purpose].recipientKind));
  return ROLES.filter((role) => (isRecipientRole(role) ? kinds.has(KIND_OF_ROLE[role]) : PREVIEWERS.has(role)));
}
/** The borrower, and the platform for its own records. */
const PREVIEWERS: ReadonlySet<Role> = new Set(['PLATFORM', 'BORROWER']);

/** The laws that showing a field rests on, over all purposes that it is open to. */
export function legalBasesOf(entry: Pick<FieldEntry, 'cluster'>): readonly LegalBasis[] {
  return [...new Set(purposesOf(entry).map(legalBasisOf))];
}

/** What the decision does with a field (consent.md, section 6), in words for whoever reads the dictionary. */
export function ruleOf(entry: FieldEntry, catalogue: FieldCatalogue): LocalText {
  const named = (names: readonly string[]): LocalText => toNames(names.map((name) => catalogue.load(name)));
  const finer = toNames(catalogue.finerOf(entry));
  const coarser = toNames(catalogue.coarserOf(entry));
  const [requires, inputs, list] = [
    named(entry.requires),
    named(entry.inputs),
    named(entry.within === null ? [] : [entry.within]),
  ];
  const { perProduct, adverse, source } = entry;
  const sentences: readonly (LocalText | false)[] = [
    {
      en: `Null unless the borrower permits it${finer.en && ` or a finer field (${finer.en})`}${inputs.en && `, or everything that it is computed from over its whole window (${inputs.en})`}.`,
      zh: `未经借款人许可则为空；许可可以针对本字段${finer.zh && `或更细的字段（${finer.zh}）`}${inputs.zh && `，也可以针对其全部计算来源并覆盖整个统计窗口（${inputs.zh}）`}。`,
    },
    {
      en: `A denial of it${coarser.en && ` or of a coarser field (${coarser.en})`} overrides every permission.`,
      zh: `对本字段${coarser.zh && `或更粗的字段（${coarser.zh}）`}的拒绝优先于任何许可。`,
    },
    entry.within !== null && {
      en: `Shown only together with its list (${list.en}).`,
      zh: `仅与其所在列表一并显示（${list.zh}）。`,
    },
    entry.requires.length > 0 && {
      en: `Because it would reveal them, shown only where these are permitted too: ${requires.en}.`,
      zh: `因其会透露下列字段，仅在这些字段也被许可时显示：${requires.zh}。`,
    },
    perProduct
      ? { en: 'Decided for each product by itself.', zh: '按每个产品分别判定。' }
      : { en: 'Decided once for each platform.', zh: '按每个平台判定一次。' },
    source.kind === 'indicator' && {
      en: 'Computed over permitted products and days alone.',
      zh: '仅基于被许可的产品和日期计算。',
    },
    adverse && {
      en: 'Negative information is gone 5 years after it ended, and reaches the credit reference centre only after a notice to the borrower.',
      zh: '不良信息自终止之日起满 5 年即不再显示，且须先告知借款人方可报送征信中心。',
    },
  ];
  const kept = sentences.filter((one) => one !== false);
  return { en: kept.map(({ en }) => en).join(' '), zh: kept.map(({ zh }) => zh).join('') };
}

function toNames(entries: readonly FieldEntry[]): LocalText {
  return {
    en: entries.map(({ coordinate }) => coordinate).join(', '),
    zh: entries.map(({ label }) => label.zh).join('、'),
  };
}
