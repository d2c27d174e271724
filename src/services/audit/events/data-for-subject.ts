import type { JsonObject } from '../../../input/json-object.js';

/**
 * Details that belong to whoever acted, where that is not the person whom the event is about: the session in which a
 * member of staff looked. A session of the person themselves stands under `sessionIds` where others end it.
 */
const OF_THE_ACTOR = ['sessionId'];

interface EventDetails {
  actorId: string | null;
  subjectId: string | null;
  data: JsonObject;
}

/** The details of an event as the person whom it is about may have them: nothing of anyone else. */
export function dataForSubject({ actorId, subjectId, data }: EventDetails): JsonObject {
  if (actorId === null || actorId === subjectId) return data;
  return Object.fromEntries(Object.entries(data).filter(([name]) => !OF_THE_ACTOR.includes(name)));
}
