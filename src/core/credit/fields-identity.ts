import type { FieldEntry, Sensitivity } from './field-catalogue';

type Words = readonly [labelEn: string, labelZh: string, explanationEn: string, explanationZh: string];

function identityField(
  id: number,
  name: string,
  cluster: 'IDENTITY' | 'CONTACT',
  sensitivity: Sensitivity,
  column: string,
  coarser: readonly string[],
  [labelEn, labelZh, explanationEn, explanationZh]: Words,
): FieldEntry {
  return {
    id,
    coordinate: `Identity.${name}`,
    since: 1,
    cluster,
    sensitivity,
    adverse: false,
    perProduct: false,
    container: false,
    within: null,
    coarser: coarser.map((rung) => `Identity.${rung}`),
    requires: [],
    inputs: [],
    source: { kind: 'column', record: 'customer', column, sealed: true },
    label: { en: labelEn, zh: labelZh },
    explanation: { en: explanationEn, zh: explanationZh },
  };
}

/** Who the borrower is and how to reach them; ids 1 to 99. Every value is stored sealed, each by itself. */
export const IDENTITY_FIELDS: readonly FieldEntry[] = [
  identityField(1, 'fullName', 'IDENTITY', 'PERSONAL', 'full_name', [], [
    'Full name', '姓名', 'Your name as it stands in your identity document.', '您证件上的姓名。',
  ]),
  identityField(2, 'idType', 'IDENTITY', 'PERSONAL', 'id_type', [], [
    'Kind of identity document', '证件类型', 'Which kind of document identifies you.', '用于识别您身份的证件种类。',
  ]),
  identityField(3, 'idNumberMasked', 'IDENTITY', 'PERSONAL', 'id_number_masked', [], [
    'Identity number, last four', '证件号码（后四位）', 'The last four characters of your identity number.', '您证件号码的最后四位。',
  ]),
  identityField(4, 'idNumber', 'IDENTITY', 'SENSITIVE', 'id_number', ['idNumberMasked'], [
    'Identity number', '证件号码', 'Your whole identity number.', '您的完整证件号码。',
  ]),
  identityField(5, 'birthYear', 'IDENTITY', 'PERSONAL', 'birth_year', [], [
    'Year of birth', '出生年份', 'The year in which you were born.', '您的出生年份。',
  ]),
  identityField(6, 'dateOfBirth', 'IDENTITY', 'PERSONAL', 'date_of_birth', ['birthYear'], [
    'Date of birth', '出生日期', 'The day on which you were born.', '您的出生日期。',
  ]),
  identityField(7, 'identityUpdatedOn', 'IDENTITY', 'NONE', 'identity_updated_on', [], [
    'Identity data updated on', '身份信息更新日期', 'When the platform last updated who you are.', '平台最近一次更新您身份信息的日期。',
  ]),
  identityField(8, 'mobileMasked', 'CONTACT', 'PERSONAL', 'mobile_masked', [], [
    'Mobile number, last four', '手机号码（后四位）', 'The last four digits of your mobile number.', '您手机号码的最后四位。',
  ]),
  identityField(9, 'mobile', 'CONTACT', 'SENSITIVE', 'mobile', ['mobileMasked'], [
    'Mobile number', '手机号码', 'Your whole mobile number.', '您的完整手机号码。',
  ]),
  identityField(10, 'residenceCity', 'CONTACT', 'PERSONAL', 'residence_city', [], [
    'City of residence', '居住城市', 'The city where you live.', '您居住的城市。',
  ]),
  identityField(11, 'residenceAddress', 'CONTACT', 'SENSITIVE', 'residence_address', ['residenceCity'], [
    'Address of residence', '居住地址', 'Your whole address.', '您的完整居住地址。',
  ]),
]; // prettier-ignore
