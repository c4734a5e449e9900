-- Secrets that the fronts and silos of one database share, made at the first start in Development; the first writer wins.
CREATE TABLE secret (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  value text NOT NULL
);

-- The key ring with which every front protects and reads the pages' sessions, in ASP.NET's own form.
CREATE TABLE session_key (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  xml text NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now()
);
