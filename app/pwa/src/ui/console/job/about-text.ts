/** What an event of the timeline is about, in words: its step, photo role, unit or reason instead of an id. */
import { isAt } from '../../../domain/checklist';
import { find } from '../../../domain/job';
import type { TimelineEntry } from '../../../state/console/shapes';
import { pick } from '../../i18n/catalogue';
import { holderWord, outcomeWord, reasonWord } from '../words-trade';
import { answerText } from './answer-text';
import { reasonTitle } from './evidence';
import { roleName, unitName, type JobView } from './view';

export function aboutText(view: JobView, entry: TimelineEntry): string {
  const { state, standards } = view.detail;
  switch (entry.kind) {
    case 'step.answered': {
      const answer = find(state.answers, 'rev', entry.rev);
      const step = view.laid.find((candidate) => answer !== null && isAt(answer, candidate));
      if (answer === null) return entry.about ?? '';
      return step ? `${pick(step.rule.title)}: ${answerText(view, step, answer)}` : answer.step_id;
    }
    case 'step.acknowledged': {
      const agreed = find(state.acknowledgements, 'rev', entry.rev);
      const step = view.laid.find((candidate) => agreed !== null && isAt(agreed, candidate));
      return agreed === null ? (entry.about ?? '') : joined(step ? pick(step.rule.title) : agreed.step_id, agreed.name ?? agreed.typed_name ?? '');
    }
    case 'photo.captured': {
      const photo = find(state.photos, 'rev', entry.rev);
      return photo === null ? (entry.about ?? '') : joined(roleName(view, photo.role), photo.unit_id === null ? '' : unitName(view, photo.unit_id));
    }
    case 'unit.scanned': {
      const scan = find(state.scans, 'rev', entry.rev);
      return scan === null ? (entry.about ?? '') : joined(scan.unit_id === null ? '' : unitName(view, scan.unit_id), scan.serial ?? '');
    }
    case 'signoff.recorded': {
      const signoff = find(state.signoffs, 'rev', entry.rev);
      return signoff === null ? '' : joined(outcomeWord(signoff.outcome), signoff.name ?? '');
    }
    case 'finding.opened': {
      const finding = find(state.findings, 'rev', entry.rev);
      if (finding === null) return '';
      return joined(reasonWord.has(finding.reason) ? reasonWord(finding.reason) : finding.reason, finding.note ?? '');
    }
    case 'note.added':
      return find(state.notes, 'rev', entry.rev)?.text ?? '';
    case 'visit.failed': {
      const visit = state.visits.find((candidate) => candidate.ended?.rev === entry.rev);
      return visit?.reason ? pick(reasonTitle(standards, visit.reason, null)) || visit.reason : '';
    }
    case 'custody.handed_over': {
      const handover = find(state.handovers, 'rev', entry.rev);
      return handover === null ? '' : `${holderWord(handover.from)} → ${holderWord(handover.to)}`;
    }
    case 'job.cancelled':
      return state.cancelled?.reason ?? '';
    default:
      return '';
  }
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
