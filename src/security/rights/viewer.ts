/** Who makes a request, as its verified access token says. Holds no personal data. */
export interface Viewer {
  userId: string;
  sessionId: string;
  /** When the person last proved who they are: `auth_time` of the token. */
  authTime: Date;
  /** How they proved it: RFC 8176 values such as `pwd`. */
  amr: string[];
  scope: string[];
}
