using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Silo.Starting;

/// <summary>
/// The secrets that Development makes for itself at the first start and keeps with the data, so that a restart, and
/// every other front, honours the tokens and tickets given out before. They rank below every other configuration.
/// </summary>
public static class DevelopmentSecrets
{
    /// <summary>The file, in a data directory, readable by its owner only.</summary>
    public const string FileName = "development-secrets.json";

    private static readonly string[] Names =
        ["Auth:SigningKey", "Sale:TicketKey", "Payments:ApiKey", "Payments:WebhookSecret"];

    /// <summary>Adds those of a data directory, made now if they are not there.</summary>
    /// <exception cref="StartException">The file can't be read or written, or is damaged.</exception>
    public static void Add(ConfigurationManager configuration, string file)
    {
        try
        {
            configuration.AddDefaults(File.Exists(file) ? Read(file) : MakeFile(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{file} cannot be used: {failure.Message}");
        }
    }

    /// <summary>Adds those of a database, made now if they are not there; of several that make them one wins.</summary>
    public static void Add(ConfigurationManager configuration, PostgresDatabase database)
    {
        var kept = SharedSecrets.GetOrMake(database.Source, Names, Make);
        configuration.AddDefaults(kept.Select(secret => KeyValuePair.Create(secret.Key, (string?)secret.Value)));
    }

    private static string Make() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static Dictionary<string, string?> Read(string file)
    {
        try
        {
            var kept = JsonSerializer.Deserialize<Dictionary<string, string?>>(File.ReadAllText(file));
            if (kept is not null && Names.All(name => kept.GetValueOrDefault(name) is { Length: > 0 })) return kept;
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new StartException(
            $"{file} is damaged: restore it, or remove it. New secrets are made then, so sessions, tokens and "
            + "tickets from before are worth nothing.");
    }

    // Written whole under another name first, so that a crash leaves no half of it.
    private static Dictionary<string, string?> MakeFile(string file)
    {
        var made = Names.ToDictionary(name => name, _ => (string?)Make());
        var draft = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(draft, options))
            {
                JsonSerializer.Serialize(stream, made);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, file);
            return made;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
