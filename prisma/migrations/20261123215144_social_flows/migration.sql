-- CreateTable
CREATE TABLE "social_flows" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "provider" VARCHAR(50) NOT NULL,
    "state_hash" TEXT NOT NULL,
    "browser_hash" TEXT NOT NULL,
    "return_to" TEXT NOT NULL,
    "code_challenge" VARCHAR(43),
    "user_id" UUID,
    "link_session_id" UUID,
    "social_login_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "answered_at" TIMESTAMPTZ(3),
    "code_hash" TEXT,
    "code_expires_at" TIMESTAMPTZ(3),
    "code_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "social_flows_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "social_flows_state_hash_key" ON "social_flows"("state_hash");

-- CreateIndex
CREATE UNIQUE INDEX "social_flows_code_hash_key" ON "social_flows"("code_hash");

-- CreateIndex
CREATE INDEX "social_flows_user_id_idx" ON "social_flows"("user_id");

-- CreateIndex
CREATE INDEX "social_flows_social_login_id_idx" ON "social_flows"("social_login_id");

-- CreateIndex
CREATE INDEX "social_flows_expires_at_idx" ON "social_flows"("expires_at");

-- AddForeignKey
ALTER TABLE "social_flows" ADD CONSTRAINT "social_flows_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "social_flows" ADD CONSTRAINT "social_flows_social_login_id_fkey" FOREIGN KEY ("social_login_id") REFERENCES "social_logins"("id") ON DELETE CASCADE ON UPDATE CASCADE;
