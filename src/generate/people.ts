import type { EpochDay } from '../core/credit/calendar';
import type { Random } from './random';
import type { RecordWindow } from './record-window';

const FAMILY_NAMES = [
  '王', '李', '张', '刘', '陈', '杨', '黄', '赵', '吴', '周', '徐', '孙', '马', '朱', '胡', '郭', '何', '林', '高', '罗', '郑', '梁', '谢', '宋',
  '唐', '许', '韩', '冯', '邓', '曹', '彭', '曾', '肖', '田', '董', '袁', '潘', '于', '蒋', '蔡', '余', '杜', '叶', '程', '苏', '魏', '欧阳', '司马',
] as const; // prettier-ignore
/** No given names, so that nobody takes an invented person for a living one. */
const SYNTHETIC_NAMES = ['示例', '样本', '虚拟', '测试', '仿真', '示范', '假设', '模拟', '例', '样'] as const;
const CITIES = [
  ['上海', 12], ['北京', 11], ['深圳', 9], ['广州', 9], ['成都', 10], ['重庆', 10], ['杭州', 8], ['武汉', 7], ['苏州', 6], ['西安', 6],
  ['南京', 5], ['长沙', 5], ['郑州', 5], ['青岛', 4], ['合肥', 4], ['昆明', 3], ['沈阳', 3], ['哈尔滨', 2], ['兰州', 1], ['拉萨', 1],
] as const; // prettier-ignore
/** Weights and check characters of ISO 7064 MOD 11-2 as GB 11643 uses it. */
const CHECK_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';

/**
 * The fields of an invented borrower of age 19 to 64.
 *
 * @param index - Number of the borrower, on [0, 10^7); id number and mobile are of no other index under the same seed.
 * @param knownSince - First day of the oldest account.
 */
export function inventPerson(
  random: Random,
  customerId: string,
  index: number,
  knownSince: EpochDay,
  window: RecordWindow,
): Readonly<Record<string, string>> {
  const dateOfBirth = window.text(window.asOfDay - random.between(19 * 366, 65 * 365 - 1));
  return {
    customerId,
    idType: 'RESIDENT_ID_CARD',
    idNumber: toIdNumber(dateOfBirth, index),
    fullName: random.pick(FAMILY_NAMES) + random.pick(SYNTHETIC_NAMES),
    dateOfBirth,
    mobile: `100${String(index).padStart(8, '0')}`, // no mobile number of China begins with 10
    residenceCity: random.weigh(CITIES),
    residenceAddress: `示例路${String(random.between(1, 999))}号${String(random.between(1, 32))}室`,
    identityUpdatedOn: window.text(random.between(knownSince, window.asOfDay)),
  };
}

/** 18 characters with a correct check character, of an area that no resident is of: none begins with 99. */
function toIdNumber(dateOfBirth: string, index: number): string {
  const area = `99${String(Math.floor(index / 1_000)).padStart(4, '0')}`;
  const body = `${area}${dateOfBirth.replaceAll('-', '')}${String(index % 1_000).padStart(3, '0')}`;
  const sum = CHECK_WEIGHTS.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return body + CHECK_CHARACTERS.charAt(sum % 11);
}
