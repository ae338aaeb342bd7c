import { legalBasesOf, purposesOf, rolesOf, ruleOf } from '../../../../src/core/consent/field-rule';
import { PURPOSE_LIMITS, PURPOSES } from '../../../../src/core/consent/purpose';
import { FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';

const entry = (coordinate: string) => FIELD_CATALOGUE.load(coordinate as Parameters<typeof FIELD_CATALOGUE.load>[0]);
const words = (coordinate: string) => ruleOf(entry(coordinate), FIELD_CATALOGUE);

describe('whom a field is open to', () => {
  it('follows from the clusters of the purposes', () => {
    expect(purposesOf(entry('Identity.mobile'))).toEqual(['POST_LOAN_MANAGEMENT']);
    expect(purposesOf(entry('MonthlySummary.loanCount'))).toEqual(
      PURPOSES.filter((purpose) => PURPOSE_LIMITS[purpose].clusters.has('BORROWING_FREQUENCY')),
    );
  });

  it('names recipients of those purposes and whoever may preview, never the auditor', () => {
    expect(rolesOf(entry('Identity.mobile'))).toEqual(['BANK', 'PLATFORM', 'BORROWER']);
    expect(rolesOf(entry('MonthlySummary.loanCount'))).toEqual(['BANK', 'CREDIT_REFERENCE_CENTRE', 'PLATFORM', 'BORROWER']);
  });

  it('names the law of a query, and of furnishing where the centre may have it', () => {
    expect(legalBasesOf(entry('Identity.mobile'))).toEqual(['WRITTEN_CONSENT_QUERY']);
    expect(legalBasesOf(entry('MonthlySummary.loanCount'))).toEqual(['WRITTEN_CONSENT_QUERY', 'WRITTEN_CONSENT_FURNISH']);
  });
});

describe('ruleOf', () => {
  it('says what permits a rung of a ladder, and what denies it', () => {
    expect(words('MonthlySummary.loanCountBand').en).toMatch(
      /^Null unless the borrower permits it or a finer field \(CreditAccount\.loans, MonthlySummary\.loanCount\)\. A denial of it( or of a coarser field \([^)]+\))? overrides/,
    );
    expect(words('MonthlySummary.loanCount').en).toContain('A denial of it or of a coarser field (MonthlySummary.loanCountBand');
  });

  it('says of an indicator what it is computed from', () => {
    const { en, zh } = words('CreditSummary.alwaysOnTime24m');
    expect(en).toContain(
      `everything that it is computed from over its whole window (${entry('CreditSummary.alwaysOnTime24m').inputs.join(', ')})`,
    );
    expect(en).toContain('Computed over permitted products and days alone.');
    expect(zh).toContain('仅基于被许可的产品和日期计算。');
  });

  it.each(FIELD_CATALOGUE.entries)('of $coordinate tells each of its conditions, in both languages', (of) => {
    const { en, zh } = ruleOf(of, FIELD_CATALOGUE);
    const others = [...of.requires, ...of.inputs, ...of.coarser, ...(of.within === null ? [] : [of.within])];
    for (const other of others) {
      expect(en).toContain(other);
      expect(zh).toContain(entry(other).label.zh);
    }
    expect([en.includes('only together with its list'), zh.includes('所在列表')]).toEqual([
      of.within !== null,
      of.within !== null,
    ]);
    expect([en.includes('would reveal'), zh.includes('会透露')]).toEqual([of.requires.length > 0, of.requires.length > 0]);
    expect([en.includes('for each product'), zh.includes('每个产品')]).toEqual([of.perProduct, of.perProduct]);
    expect([en.includes('5 years'), zh.includes('5 年')]).toEqual([of.adverse, of.adverse]);
    expect(en).not.toMatch(/undefined|\(\)|false/);
  });
});
