-- CreateTable
CREATE TABLE "key_rotation_failures" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "purpose" VARCHAR(20) NOT NULL,
    "row_id" VARCHAR(64) NOT NULL,
    "user_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_rotation_failures_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "key_rotation_failures_user_id_idx" ON "key_rotation_failures"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "key_rotation_failures_purpose_row_id_key" ON "key_rotation_failures"("purpose", "row_id");

-- AddForeignKey
ALTER TABLE "key_rotation_failures" ADD CONSTRAINT "key_rotation_failures_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
