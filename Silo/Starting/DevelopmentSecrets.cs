using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Silo.Starting;

/// <summary>
/// The secrets of Development. They are generated at the first start and kept with the data, so that a restart and
/// every other front accept earlier tokens and tickets. Every other source of configuration takes precedence.
/// </summary>
public static class DevelopmentSecrets
{
    /// <summary>The file, in a data directory, readable by its owner only.</summary>
    public const string FileName = "development-secrets.json";

    private static readonly string[] Names =
        ["Auth:SigningKey", "Sale:TicketKey", "Payments:ApiKey", "Payments:WebhookSecret"];

    /// <summary>Adds the secrets of a data directory, and generates missing ones.</summary>
    /// <exception cref="StartException">The file can't be read or written, or is damaged.</exception>
    public static void Add(ConfigurationManager configuration, string file)
    {
        try
        {
            configuration.AddDefaults(Placed(configuration, File.Exists(file) ? Read(file) : MakeFile(file)));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{file} cannot be used: {failure.Message}");
        }
    }

    /// <summary>
    /// Adds the secrets of a database, and generates missing ones. If several processes generate them at once, one
    /// wins.
    /// </summary>
    public static void Add(ConfigurationManager configuration, PostgresDatabase database)
    {
        var kept = SharedSecrets.GetOrMake(database.Source, Names, Make);
        configuration.AddDefaults(Placed(
            configuration, kept.Select(secret => KeyValuePair.Create(secret.Key, (string?)secret.Value))));
    }

    // They are kept without the name that the settings give to the sandbox's provider.
    private static List<KeyValuePair<string, string?>> Placed(
        IConfiguration configuration, IEnumerable<KeyValuePair<string, string?>> secrets)
    {
        var placed = new List<KeyValuePair<string, string?>>();
        foreach (var (name, secret) in secrets)
            if (PaymentSettings.KeyOfSandbox(configuration, name) is { } key) placed.Add(new(key, secret));
        return placed;
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
            // Reported below.
        }

        throw new StartException(
            $"{file} is damaged: restore it, or remove it. Then new secrets are made, and earlier sessions, "
            + "tokens and tickets become invalid.");
    }

    // The file is written completely under another name first, so that a crash leaves no partial file.
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
