"""Operations: functions on symbols as layers of a model."""
