using Microsoft.Data.Sqlite;
using OrleansSale.Silo;
using OrleansSale.Silo.Embedded;
using OrleansSale.Silo.Starting;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <summary>
/// What a start makes of files that are not as they should be: a line that names the file and what to do.
/// </summary>
public sealed class DirectoryStartTests : IAsyncLifetime
{
    private const int PageBytes = 4_096;

    private readonly ScratchFolder _temporary = new();
    private DataDirectory _directory = null!;

    public async ValueTask InitializeAsync()
    {
        _directory = DataDirectory.Open(Path.Combine(_temporary.Path, "data"));
        DirectoryStart.Prepare(_directory);
        await using var ledger = SqliteLedger.Open(_directory);
        await ledger.AppendAllAsync(new Chain("batch/b").Rows(40, 40, 40, 40, 40));
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        _temporary.Dispose();
        return default;
    }

    public static TheoryData<string, string, string> Faults
    {
        get
        {
            var faults = new TheoryData<string, string, string>();
            foreach (var file in new[] { "ledger.db", "grains.db" })
            {
                foreach (var damage in new[] { "garbage", "text", "half", "no head", "a page of zeros", "all zeros",
                    "no table" })
                    faults.Add(file, damage, "damaged");
                faults.Add(file, "missing, not its log", "missing or empty");
                faults.Add(file, "a directory", "permissions");
                faults.Add(file, "another database", "something else");
                faults.Add(file, "another schema", "something else");
                faults.Add(file, "newer", "newer version");
                faults.Add(file, "locked", "locked by another program");
            }

            // For the documents only: a missing ledger is found by the entries that the documents refer to.
            faults.Add("grains.db", "empty", "missing or empty");
            faults.Add("grains.db", "missing", "missing or empty");
            return faults;
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_file_that_cannot_be_used_is_named_with_what_is_wrong(string file, string damage, string told)
    {
        using var held = Damage(_directory.PathOf(file), damage);
        var refused = Should.Throw<FileUnusableException>(() => DirectoryStart.Prepare(_directory));
        refused.Message.ShouldStartWith(_directory.PathOf(file));
        refused.Message.ShouldContain(told);
        refused.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_sound_directory_is_started_again_and_again_with_what_is_in_it()
    {
        for (var start = 0; start < 3; start++) DirectoryStart.Prepare(_directory);
        await using var ledger = SqliteLedger.Open(_directory);
        (await ledger.VerifyAsync("batch/b")).Seq.ShouldBe(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Auth:SigningKey":1}""")]
    [InlineData("""{"Auth:SigningKey":"","Sale:TicketKey":"x","Payments:ApiKey":"x","Payments:WebhookSecret":"x"}""")]
    public void Secrets_that_are_damaged_are_told_and_kept(string text)
    {
        var file = _directory.PathOf(DevelopmentSecrets.FileName);
        File.WriteAllText(file, text);
        var refused = Should.Throw<StartException>(() => DevelopmentSecrets.Add(new(), file));
        refused.Message.ShouldStartWith($"{file} is damaged");
        File.ReadAllText(file).ShouldBe(text);
    }

    private static SqliteConnection? Damage(string path, string damage)
    {
        switch (damage)
        {
            case "garbage":
                var bytes = new byte[20_000];
                new Random(1).NextBytes(bytes);
                File.WriteAllBytes(path, bytes);
                return null;
            case "text":
                File.WriteAllText(path, string.Concat(Enumerable.Repeat("This is no database. ", 500)));
                return null;
            case "half":
                Change(path, stream => stream.SetLength(stream.Length / 2));
                return null;
            case "no head":
                Change(path, stream => stream.Write(new byte[PageBytes]));
                return null;
            case "a page of zeros":
                Change(path, stream =>
                {
                    // The second page belongs to the first table.
                    stream.Position = PageBytes;
                    stream.Write(new byte[PageBytes]);
                });
                return null;
            case "all zeros":
                Change(path, stream => stream.Write(new byte[stream.Length]));
                return null;
            case "empty":
                Change(path, stream => stream.SetLength(0));
                return null;
            case "missing":
                File.Delete(path);
                return null;
            case "missing, not its log":
                File.Delete(path);
                File.WriteAllBytes(path + "-wal", new byte[PageBytes]);
                return null;
            case "a directory":
                File.Delete(path);
                Directory.CreateDirectory(path);
                return null;
            case "another database":
                File.Delete(path);
                Execute(path, "CREATE TABLE t (a)").Dispose();
                return null;
            case "another schema":
                var names = new[] { "ledger.db", "grains.db" };
                var other = Path.Combine(
                    Path.GetDirectoryName(path)!, names.Single(name => name != Path.GetFileName(path)));
                File.Copy(other, path, overwrite: true);
                return null;
            case "newer":
                var schema = Path.GetFileName(path) == "ledger.db" ? "Ledger" : "Grains";
                Execute(
                    path,
                    "INSERT INTO SchemaVersions (ScriptName, Applied) "
                    + $"VALUES ('Sqlite/{schema}/9999-x.sql', '2099-01-01')").Dispose();
                return null;
            case "no table":
                Execute(path, $"DROP TABLE {(Path.GetFileName(path) == "ledger.db" ? "stream" : "OrleansQuery")}")
                    .Dispose();
                return null;
            case "locked":
                return Execute(path, "BEGIN EXCLUSIVE");
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, "unknown");
        }
    }

    private static void Change(string path, Action<FileStream> change)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        change(stream);
    }

    private static SqliteConnection Execute(string path, string sql)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
        return connection;
    }
}
