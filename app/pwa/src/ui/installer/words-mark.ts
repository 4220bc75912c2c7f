/** The texts of marks on a copy of a photo. */
import { catalogue } from '../i18n/catalogue';

export const sayMark = catalogue({
  en: {
    title: 'Mark on a copy',
    under: 'The photo itself stays as it is',
    tool: 'Draw',
    ring: 'Ring',
    arrow: 'Arrow',
    line: 'Line',
    hint: 'Tap the place, or draw with your finger.',
    board: 'The photo, {n} {n|mark|marks} on it',
    undo: 'Undo',
    save: 'Save the copy',
    saved: 'The marked copy is saved on this phone',
    failed: 'The copy could not be made. Nothing was lost. Close other apps, then try again.',
    gone: 'The photo is not on this phone any more, and there is no connection.',
  },
  'zh-Hans': {
    title: '在副本上标注',
    under: '原照片保持不变',
    tool: '画',
    ring: '圆圈',
    arrow: '箭头',
    line: '线条',
    hint: '点一下位置，或用手指画。',
    board: '照片，已有 {n} 处标注',
    undo: '撤销',
    save: '保存副本',
    saved: '标注副本已存在手机上',
    failed: '副本没有做成，其他内容都没有丢。请关闭其他应用后再试。',
    gone: '照片已不在本机，而且没有网络。',
  },
});
