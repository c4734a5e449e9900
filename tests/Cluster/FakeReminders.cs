using System.Collections.Concurrent;
using Orleans.Timers;

namespace OrleansSale.Tests.Cluster;

/// <summary>Keeps reminders, and wakes nobody.</summary>
internal sealed class FakeReminders : IReminderRegistry
{
    private readonly ConcurrentDictionary<(GrainId, string), Reminder> _kept = new();

    /// <summary>The names of those that are kept.</summary>
    public IReadOnlyList<string> Names => [.. _kept.Values.Select(reminder => reminder.ReminderName)];

    public Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period) =>
        Task.FromResult<IGrainReminder>(_kept[(callingGrainId, reminderName)] = new Reminder(reminderName));

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        _kept.TryRemove((callingGrainId, reminder.ReminderName), out _);
        return Task.CompletedTask;
    }

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName) =>
        Task.FromResult<IGrainReminder?>(_kept.GetValueOrDefault((callingGrainId, reminderName)));

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) => Task.FromResult<List<IGrainReminder>>(
        [.. _kept.Where(kept => kept.Key.Item1 == callingGrainId).Select(kept => kept.Value)]);

    private sealed record Reminder(string ReminderName) : IGrainReminder;
}
